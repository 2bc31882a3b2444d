import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDomain, parseXml } from "@yagura/domain-xml";
import { type ImageId, newId } from "@yagura/std/ids.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { teardownDisks } from "./destroy-vm.ts";
import { isImageInUse } from "./images-in-use.ts";
import type { Vm } from "./vm.ts";

const shared = newId<ImageId>();

function world() {
  const virt = scriptedVirt();
  const tornDown: ImageId[] = [];
  Object.assign(virt.images, { teardown: async ({ imageId }: { imageId: ImageId }) => void tornDown.push(imageId) });
  const guest = (...imageIds: ImageId[]): Vm => {
    const { vmId, xml } = disklessGuest();
    const vm = virt.vms.add({ vmId, name: "guest", xml });
    const disks = imageIds.map((imageId, index) => ({
      device: "disk",
      target: `vd${"ab"[index]}`,
      isReadOnly: false,
      volume: { poolId: newId(), domainId: newId(), volumeId: newId(), imageId },
    }));
    vm.describe({ domain: { ...describeDomain(parseXml(xml)), disks } as NonNullable<Vm["view"]["domain"]> });
    vm.become("launched");
    return vm;
  };
  return { virt, guest, tornDown };
}

test("an image that another VM has open stays prepared when the first one ends", async () => {
  const { virt, guest, tornDown } = world();
  const own = newId<ImageId>();
  const [first, second] = [guest(shared, own), guest(shared)];
  first.become("stopped");
  await teardownDisks(virt, first);
  assert.deepEqual(tornDown, [own]);
  second.become("stopped");
  await teardownDisks(virt, second);
  assert.deepEqual(tornDown, [own, shared]);
});

test("as long as the disks of one VM are not known any image may be in use", () => {
  const { virt, guest } = world();
  const views = () => virt.vms.list().map(({ view }) => view);
  guest(shared);
  assert.deepEqual([isImageInUse(views(), shared), isImageInUse(views(), newId<ImageId>())], [true, false]);
  const unknown = virt.vms.add({ ...disklessGuest(), name: "unknown" });
  assert.equal(isImageInUse(views(), newId<ImageId>()), true);
  unknown.become("stopped");
  assert.equal(isImageInUse(views(), newId<ImageId>()), false);
});
