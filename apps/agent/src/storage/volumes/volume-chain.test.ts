import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import { chainOf, childrenOf, planDeletion, type Volumes } from "./volume-chain.ts";

const id = (name: string): VolumeId => name as VolumeId;

/** "top>middle middle>base base": who stands on whom. */
function volumes(description: string): Volumes {
  return new Map(
    description.split(" ").map((pair) => {
      const [name = "", parent] = pair.split(">");
      const metadata: VolumeMetadata = {
        domainId: "domain" as StorageDomainId,
        imageId: "image" as ImageId,
        ...(parent !== undefined && { parentId: id(parent) }),
        capacityBytes: 4096,
        format: parent === undefined ? "RAW" : "COW",
        allocation: "SPARSE",
        role: "LEAF",
        legality: "LEGAL",
        diskType: "DATA",
        description: "",
        createdSeconds: 0,
        generation: 0,
        sequence: 1,
        foreign: new Map(),
      };
      return [id(name), metadata];
    }),
  );
}

const chain = "top>middle middle>base base";

test("chainOf goes from the base up to the volume that is asked for", () => {
  const names = (leaf: string): unknown => {
    const found = chainOf(volumes(chain), id(leaf));
    return "volumes" in found ? found.volumes.map(([name]) => name) : found;
  };
  assert.deepEqual(names("top"), ["base", "middle", "top"]);
  assert.deepEqual(names("middle"), ["base", "middle"]);
  assert.deepEqual(names("other"), { broken: "missing", volumeId: "other" });
});

test("chainOf notices what is missing, and a chain that bites its tail", () => {
  assert.deepEqual(chainOf(volumes("top>middle"), id("top")), { broken: "missing", volumeId: "middle" });
  assert.deepEqual(chainOf(volumes("a>b b>a"), id("a")), { broken: "loop", volumeId: "a" });
  assert.deepEqual(chainOf(volumes("a>a"), id("a")), { broken: "loop", volumeId: "a" });
});

test("childrenOf names those that stand directly on a volume", () => {
  assert.deepEqual(childrenOf(volumes(`${chain} other>base`), id("base")), ["middle", "other"]);
});

test("planDeletion goes from the leaves down, and keeps what others stand on", () => {
  const plan = (...doomed: string[]): unknown => planDeletion(volumes(chain), doomed.map(id));
  assert.deepEqual(plan("base", "top", "middle"), { order: ["top", "middle", "base"] });
  assert.deepEqual(plan("top"), { order: ["top"] });
  assert.deepEqual(plan("base", "middle"), { hasChildren: "middle", childId: "top" });
  assert.deepEqual(plan("base"), { hasChildren: "base", childId: "middle" });
});

test("planDeletion can also take away a chain that bites its tail", () => {
  const plan = planDeletion(volumes("a>b b>a"), [id("a"), id("b")]);
  assert.deepEqual(plan, { order: ["a", "b"] });
});
