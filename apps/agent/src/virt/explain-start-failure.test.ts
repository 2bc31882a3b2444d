import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainDescription, VolumeReference } from "@yagura/domain-xml";
import { type ImageId, newId } from "@yagura/std/ids.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { explainStartFailure } from "./explain-start-failure.ts";
import type { VmView } from "./vm.ts";

const imageId = newId<ImageId>();
const volume = { poolId: newId(), domainId: newId(), imageId, volumeId: newId() } as VolumeReference;
const locked = new Error(
  `internal error: process exited while connecting to monitor: qemu-system-x86_64: -blockdev {"node-name":"x"}: ` +
    `Failed to get "write" lock\nIs another process using the image [/mnt/images/${imageId}/${volume.volumeId}]?`,
);

function neighbour(): VmView {
  const { vms } = scriptedVirt();
  const vm = vms.add({ vmId: newId(), name: "next door", xml: "" });
  vm.describe({
    domain: { disks: [{ device: "disk", target: "vda", isReadOnly: false, volume }] } as unknown as DomainDescription,
  });
  vm.become("launched");
  return vm.view;
}

test("a disk that another host has open is told in words", () => {
  const words = explainStartFailure(locked, { volumes: [volume], others: [] });
  assert.match(words, new RegExp(`^the disk with image ${imageId} is in use by another host`));
  assert.doesNotMatch(words, /blockdev|lock/);
});

test("a disk that another VM of this host has open is told with its name", () => {
  const words = explainStartFailure(locked, { volumes: [volume], others: [neighbour()] });
  assert.equal(words, `the disk with image ${imageId} is in use by VM next door on this host`);
});

test("everything else is told as libvirt says it", () => {
  assert.equal(explainStartFailure(new Error("no such machine"), { volumes: [volume], others: [] }), "no such machine");
});
