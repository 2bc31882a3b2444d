import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "@yagura/std/ids.ts";
import { connectionProblems, plainPath, type StorageConnection, type StorageType } from "./storage-connection.ts";

const at = (type: StorageType, path: string, more: Partial<StorageConnection> = {}): StorageConnection => ({
  id: newId(),
  type,
  address: type === "nfs" ? "nas.example" : "",
  path,
  ...(type === "posixfs" && { vfsType: "xfs" }),
  ...more,
});

test("a place has one spelling", () => {
  assert.equal(plainPath("nfs", "/export//data/"), "/export/data");
  assert.equal(plainPath("localfs", "//srv/data//"), "/srv/data");
  assert.equal(plainPath("nfs", "/"), "/");
  assert.equal(plainPath("posixfs", "//server/share/"), "//server/share");
});

const refused: readonly (readonly [string, StorageConnection, RegExp])[] = [
  ["a line break", at("nfs", "/export\n/data"), /control characters/],
  ["a way up", at("nfs", "/export/../data"), /without \.\./],
  ["a way up in a local directory", at("localfs", "/srv/../etc"), /absolute path of a directory/],
  ["the whole file system", at("localfs", "/"), /absolute path of a directory/],
  ["what mount would take for an option", at("posixfs", "-oexec"), /must say what is mounted/],
  ["nothing", at("posixfs", ""), /must say what is mounted/],
  ["more than a path can be", at("nfs", `/${"a".repeat(1024)}`), /at most 1024/],
  ["a server with shell characters", at("nfs", "/x", { address: "h;reboot" }), /address of the NFS server/],
  ["options with a line break", at("nfs", "/x", { mountOptions: "soft\nexec" }), /without spaces/],
  ["an option that has a setting", at("nfs", "/x", { mountOptions: "soft,vers=3" }), /setting of its own/],
];
for (const [what, connection, expected] of refused) {
  test(`storage with ${what} is refused`, () => {
    assert.match(connectionProblems(connection).join(" "), expected);
  });
}

test("what is in order is not refused", () => {
  const fine = [
    at("nfs", "/"),
    at("nfs", "/export/data", { address: "[fd00::1]", nfsVersion: "v4_2" }),
    at("posixfs", "/dev/disk/by-id/x"),
    at("posixfs", "mon1,mon2:/vol", { vfsType: "ceph", mountOptions: "name=admin" }),
    at("localfs", "/srv/data..old"),
  ];
  for (const each of fine) assert.deepEqual(connectionProblems(each), []);
});
