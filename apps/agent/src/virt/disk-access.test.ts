import assert from "node:assert/strict";
import { test } from "node:test";
import { decideDiskLabel } from "./disk-access.ts";

const user = { uid: 64055, gid: 108, groups: [36] };
const root = { path: "/", uid: 0, gid: 0, mode: 0o755 };
const disk = { path: "/data/disk", uid: 36, gid: 36, mode: 0o660 };

test("decideDiskLabel keeps a disk that QEMU's group may write", () => {
  assert.equal(decideDiskLabel({ user, file: disk, parents: [root], isReadOnly: false }).do, "keep");
});

test("decideDiskLabel lets libvirt relabel a disk that QEMU may not open", () => {
  const stranger = { ...user, groups: [] };
  assert.equal(decideDiskLabel({ user: stranger, file: disk, parents: [root], isReadOnly: false }).do, "relabel");
});

test("decideDiskLabel asks for reading only where the disk is read-only", () => {
  const file = { ...disk, gid: 0, mode: 0o644 };
  assert.equal(decideDiskLabel({ user, file, parents: [], isReadOnly: true }).do, "keep");
  assert.equal(decideDiskLabel({ user, file, parents: [], isReadOnly: false }).do, "relabel");
});

test("decideDiskLabel refuses a disk below a directory that QEMU cannot pass, and names it", () => {
  const home = { path: "/root", uid: 0, gid: 0, mode: 0o700 };
  assert.deepEqual(decideDiskLabel({ user, file: disk, parents: [root, home], isReadOnly: false }), {
    do: "refuse",
    parent: home,
  });
});

test("QEMU as root may open everything", () => {
  const home = { path: "/root", uid: 7, gid: 7, mode: 0 };
  const superUser = { uid: 0, gid: 0, groups: [] };
  assert.equal(decideDiskLabel({ user: superUser, file: disk, parents: [home], isReadOnly: false }).do, "keep");
});
