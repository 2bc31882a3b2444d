import assert from "node:assert/strict";
import { test } from "node:test";
import { dependenciesOf, inLoadingOrder } from "./kernel-modules.ts";

test("inLoadingOrder puts each module after what it needs, once, and skips what is built in", () => {
  const available = new Map([
    ["virtio_blk", { depends: ["virtio_ring", "virtio"] }],
    ["virtio_ring", { depends: ["virtio"] }],
    ["virtio", { depends: [] }],
    ["virtio_net", { depends: ["virtio_ring", "ext4"] }],
  ]);
  assert.deepEqual(inLoadingOrder(["virtio_blk", "virtio_net", "ext4"], available), [
    "virtio",
    "virtio_ring",
    "virtio_blk",
    "virtio_net",
  ]);
});

test("dependenciesOf reads the list in a module's information section", () => {
  assert.deepEqual(dependenciesOf(Buffer.from("x\0license=GPL\0depends=virtio-ring,virtio\0name=y\0")), [
    "virtio_ring",
    "virtio",
  ]);
  assert.deepEqual(dependenciesOf(Buffer.from("x\0depends=\0")), []);
  assert.deepEqual(dependenciesOf(Buffer.from("nothing")), []);
});
