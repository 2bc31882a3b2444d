import assert from "node:assert/strict";
import { test } from "node:test";
import type { MountParameters } from "../contract/connections.ts";
import { nfsSource } from "./nfs.ts";
import { posixSource } from "./posix.ts";

const nfs = (path: string, mount: MountParameters = {}) => nfsSource({ connectionId: "c", type: "NFS", path, mount });
const posix = (path: string, mount: MountParameters = {}) =>
  posixSource({ connectionId: "c", type: "POSIXFS", path, mount });

test("NFS is mounted with oVirt's options, with local locks where version 3 is possible", () => {
  const usual = ["soft", "nosharecache", "timeo=100", "retrans=3"];
  assert.deepEqual(nfs("server:/export/data"), {
    source: "server:/export/data",
    type: "nfs",
    options: [...usual, "nolock"],
  });
  assert.deepEqual(nfs("s:/x", { nfsVersion: "3" }).options, [...usual, "vers=3", "nolock"]);
  for (const nfsVersion of ["4", "4.0", "4.1", "4.2"] as const) {
    assert.deepEqual(nfs("s:/x", { nfsVersion }).options, [...usual, `vers=${nfsVersion}`]);
  }
});

test("what the administrator wants goes before the defaults", () => {
  const mount = { timeoutDeciseconds: 600, retransmissions: 6, options: "sec=krb5, lock,,noatime,lock" };
  const wanted = ["soft", "nosharecache", "timeo=600", "retrans=6", "sec=krb5", "lock", "noatime"];
  assert.deepEqual(nfs("s:/x", mount).options, wanted);
});

test("an option that has a parameter of its own is refused, and so are numbers out of range", () => {
  for (const options of ["vers=3", "nfsvers=4", "minorversion=1", "timeo=1", "retrans=2"]) {
    assert.throws(() => nfs("s:/x", { options }), { code: 1000 });
  }
  for (const timeoutDeciseconds of [0, -1, 6001, 1.5, Number.NaN]) {
    assert.throws(() => nfs("s:/x", { timeoutDeciseconds }), { code: 1000 });
  }
  assert.throws(() => nfs("s:/x", { retransmissions: -1 }), { code: 1000 });
});

test("an export is a server and an absolute path; IPv6 addresses stand in brackets", () => {
  const source = (path: string): string => nfs(path).source;
  assert.equal(source("[fe80::1%eth0]:/x/"), "[fe80::1%eth0]:/x");
  assert.equal(source("10.0.0.1://a//b///"), "10.0.0.1:/a/b");
  assert.equal(source("server.example:/"), "server.example:/");
  for (const path of [
    "",
    "/x",
    "server",
    "server:x",
    "fe80::1:/x",
    "-o:/x",
    "s:/a/../b",
    "s:/a b",
    "s:/\n",
    "[x]:/y",
  ]) {
    assert.throws(() => nfs(path), { code: 390 }, path);
  }
});

test("POSIX storage has any source, and a type", () => {
  assert.deepEqual(posix("/dev/sdb1", { vfsType: "xfs", options: "noatime" }), {
    source: "/dev/sdb1",
    type: "xfs",
    options: ["noatime"],
  });
  assert.equal(posix("server:/x/", { vfsType: "ceph" }).source, "server:/x");
  assert.equal(posix("mon1:6789:/", { vfsType: "ceph" }).source, "mon1:6789:/");
  for (const path of ["", "-L", "..", "a/../b", "/dev/\0"])
    assert.throws(() => posix(path, { vfsType: "xfs" }), { code: 390 });
  for (const vfsType of ["", "-t", "x/y"]) assert.throws(() => posix("/dev/sdb1", { vfsType }), { code: 470 });
  assert.throws(() => posix("/dev/sdb1"), { code: 470 });
});
