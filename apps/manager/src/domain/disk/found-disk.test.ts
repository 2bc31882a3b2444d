import assert from "node:assert/strict";
import { test } from "node:test";
import { blankUuid, parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { describeFoundDisk, type FoundVolume } from "./found-disk.ts";

const domain = parseId<StorageDomainId>("50000000-0000-4000-8000-000000000001");
const image = "10000000-0000-4000-8000-000000000001";
const template = "10000000-0000-4000-8000-000000000009";
const [base, middle, leaf] = [1, 2, 3].map((number) => `40000000-0000-4000-8000-00000000000${number}`) as [
  string,
  string,
  string,
];

function volume(uuid: string, differs: Partial<FoundVolume> = {}): FoundVolume {
  return {
    uuid,
    image,
    parent: blankUuid,
    format: "RAW",
    allocType: "SPARSE",
    capacity: "1048576",
    truesize: "4096",
    voltype: "LEAF",
    legality: "LEGAL",
    description: JSON.stringify({ DiskAlias: "vm_Disk1", DiskDescription: "of vm" }),
    disktype: "DATA",
    ctime: "1440935038",
    ...differs,
  };
}

test("a disk of one volume has the name that oVirt wrote beside it", () => {
  const found = describeFoundDisk(image, domain, [volume(leaf)]);
  assert.deepEqual(
    [found?.disk.name, found?.disk.description, found?.disk.status, found?.volumes.map(({ isLeaf }) => isLeaf)],
    ["vm_Disk1", "of vm", "ok", [true]],
  );
});

test("a chain is found in its order, however it is listed", () => {
  const found = describeFoundDisk(image, domain, [
    volume(leaf, { parent: middle, format: "COW" }),
    volume(base, { voltype: "INTERNAL" }),
    volume(middle, { parent: base, voltype: "INTERNAL", format: "COW" }),
  ]);
  assert.deepEqual(
    found?.volumes.map(({ id, isLeaf }) => [id, isLeaf]),
    [
      [base, false],
      [middle, false],
      [leaf, true],
    ],
  );
  assert.deepEqual([found?.disk.format, found?.disk.actualBytes], ["cow", 3 * 4096]);
});

test("a thin disk stands on the volume of a template that is linked into its image", () => {
  const found = describeFoundDisk(image, domain, [
    volume(leaf, { parent: base, format: "COW" }),
    volume(base, { image: template, voltype: "SHARED" }),
  ]);
  const [own] = found?.volumes ?? [];
  assert.deepEqual([own?.parentId, own?.parentDiskId, found?.isOfTemplate], [base, template, false]);
});

test("the volume of a template is told as such", () => {
  assert.equal(describeFoundDisk(image, domain, [volume(leaf, { voltype: "SHARED" })])?.isOfTemplate, true);
});

test("OVF stores and the memory of VMs are no disks, and an empty image is none", () => {
  for (const disktype of ["OVFS", "MEMD", "MEMM"]) {
    assert.equal(describeFoundDisk(image, domain, [volume(leaf, { disktype })]), undefined);
  }
  assert.equal(describeFoundDisk(image, domain, []), undefined);
});

test("volumes that fork, or are illegal, make a disk that says what is wrong with it", () => {
  const forked = [volume(base), volume(middle, { parent: base }), volume(leaf, { parent: base })];
  assert.match(describeFoundDisk(image, domain, forked)?.problem ?? "", /one chain/);
  const illegal = describeFoundDisk(image, domain, [volume(leaf, { legality: "ILLEGAL" })]);
  assert.deepEqual([illegal?.disk.status, illegal?.problem !== undefined], ["illegal", true]);
});

test("a description that nobody of ours wrote is told as it is", () => {
  const found = describeFoundDisk(image, domain, [volume(leaf, { description: "old, plain text" })]);
  assert.deepEqual([found?.disk.name, found?.disk.description], [image, "old, plain text"]);
});
