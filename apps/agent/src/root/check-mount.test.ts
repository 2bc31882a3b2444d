import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedMountArguments, checkedTarget } from "./check-mount.ts";
import type { MountRequest } from "./root-calls.ts";

const mounts = "/var/lib/yagura/data-center/mnt";
const good: MountRequest = {
  source: "server:/export/data",
  target: `${mounts}/server:_export_data`,
  type: "nfs",
  options: ["soft", "timeo=100", "vers=4.2"],
};
const check = (differs: Partial<MountRequest>): string[] => checkedMountArguments({ ...good, ...differs }, mounts);
const refused = { name: "RefusedRootCall" };

test("what is mounted gives nobody more rights", () => {
  const options = "soft,timeo=100,vers=4.2,nosuid,nodev,noexec";
  assert.deepEqual(check({}), ["-t", "nfs", "-o", options, "--", good.source, good.target]);
});

test("a target is directly below the directory for mounts, and nowhere else", () => {
  const wrong = ["/etc", mounts, `${mounts}/a/b`, `${mounts}/../x`, `${mounts}/./x`, `${mounts}/x/`, "mnt/x", ""];
  for (const target of [...wrong, `${mounts}/a\nb`, `${mounts}/a\0b`, "/var/lib/yagura/data-center/mntx"]) {
    assert.throws(() => check({ target }), refused, target);
    assert.throws(() => checkedTarget(target, mounts), refused, target);
  }
  assert.throws(() => checkedTarget(good.target, undefined), refused);
});

test("types, sources and options of other shapes are refused", () => {
  for (const type of ["", "-t", "NFS", "a/b", "nfs,ext4", "nfs 4", "a".repeat(33)]) {
    assert.throws(() => check({ type }), refused, type);
  }
  for (const source of ["", "server", "server:export", "-o:/x", "a b:/x", "server:/a b", "server:/a\n"]) {
    assert.throws(() => check({ source }), refused, source);
  }
  for (const source of ["", "-L", "/dev/s\0da", "x\ty"]) {
    assert.throws(() => check({ source, type: "ext4" }), refused, source);
  }
  const options = ["", "-o", "a,b", "a b", "x=1,suid", "soft\n", "suid", "dev", "exec", "remount", "x-mount.mkdir"];
  for (const option of [...options, "X-mount.mkdir", "user=vdsm", "=x", "a=\\054suid"]) {
    assert.throws(() => check({ options: [option] }), refused, option);
  }
  assert.throws(() => check({ options: Array.from({ length: 65 }, () => "soft") }), refused);
});

test("what POSIX storage is made of can be mounted", () => {
  const sources = ["/dev/disk/by-id/a b", "//server/share", "mon1,mon2:6789:/", "server:/x", "[fe80::1]:/x", "tmpfs"];
  for (const source of sources) assert.ok(check({ source, type: "ceph" }).includes(source));
  const options = ["context=system_u:object_r:nfs_t:s0", "bind", "loop", "backup-volfile-servers=a:b"];
  assert.match(check({ type: "none", options }).join(" "), /bind,loop,backup-volfile-servers=a:b,nosuid/);
});

test("the value of an option that is refused is not told: it may be a secret", () => {
  const request = { source: "//s/x", target: "/r/mnt/s", type: "cifs", options: ["password=se cret"] };
  assert.throws(
    () => checkedMountArguments(request, "/r/mnt"),
    (error: Error) => error.message.includes("password=…") && !error.message.includes("cret"),
  );
});
