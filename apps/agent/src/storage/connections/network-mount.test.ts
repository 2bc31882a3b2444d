import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mount } from "../../root/mount-table.ts";
import { findNetworkMount } from "./network-mount.ts";

const mount = (target: string, type: string): Mount => ({ target, type, source: "s", isReadOnly: false });
const mounts = [
  mount("/", "ext4"),
  mount("/srv", "nfs4"),
  mount("/srv/disk", "xfs"),
  mount("/home", "fuse.glusterfs"),
  mount("/twice", "ext4"),
  mount("/twice", "cifs"),
];

test("a directory is on the mount whose place is the nearest above it, the later of two", () => {
  const on = (path: string): string | undefined => findNetworkMount(path, mounts)?.type;
  assert.deepEqual(["/srv", "/srv/a/b", "/srv/disk", "/srv/disk/a", "/srvx", "/home/a", "/twice/a", "/var"].map(on), [
    "nfs4",
    "nfs4",
    undefined,
    undefined,
    undefined,
    "fuse.glusterfs",
    "cifs",
    undefined,
  ]);
  assert.equal(findNetworkMount("/a", [mount("/", "nfs")])?.type, "nfs");
  assert.equal(findNetworkMount("/a", []), undefined);
});
