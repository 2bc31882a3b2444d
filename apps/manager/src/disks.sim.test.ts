import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedHost } from "@yagura/sim-host";
import type { DiskId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { type ThreeHosts, threeHosts } from "./background/spm/three-hosts.fixture.ts";
import { findDisk, getDisk, listDisks } from "./db/queries/disks.ts";
import { listJobs, listSteps } from "./db/queries/jobs.ts";
import { OperationRefused } from "./domain/errors.ts";
import { blankTemplateId } from "./domain/template/template.ts";
import { done, until } from "./manager.fixture.ts";
import { attachDisk } from "./operations/disk-attachments/attach-disk.ts";
import { copyDisk } from "./operations/disks/copy-disk.ts";
import { extendDisk } from "./operations/disks/extend-disk.ts";
import { moveDisk } from "./operations/disks/move-disk.ts";
import { removeDisk } from "./operations/disks/remove-disk.ts";
import type { Started } from "./operations/started.ts";
import { createVm } from "./operations/vms/create-vm.ts";
import { startVm } from "./operations/vms/start-vm.ts";

// Disks on storage that three hosts share, while hosts and the Manager die in the middle.

/** All images on all domains, with the state of their volumes: nothing is left over that is not here. */
function images({ storage }: ThreeHosts) {
  return [...storage.domains.values()].flatMap((domain) =>
    [...domain.images].map(([imageId, volumes]) => ({
      path: domain.path,
      imageId,
      volumes: [...volumes.values()].map(({ legality, generation, content, capacityBytes }) => ({
        legality,
        generation,
        content: content.toString(),
        capacityBytes,
      })),
    })),
  );
}

function write({ storage }: ThreeHosts, diskId: string, content: string): void {
  for (const domain of storage.domains.values()) {
    for (const volume of domain.images.get(diskId)?.values() ?? []) volume.content = Buffer.from(content);
  }
}

function hasCalled(host: SimulatedHost, verb: string): boolean {
  return host.calls.some((call) => call.verb === verb);
}

/** The host that manages the storage loses its power while it is at this verb; how it ends is returned. */
async function cutManagerDuring<T extends Started>(world: ThreeHosts, verb: string, begin: () => Promise<T>) {
  await world.untilSpm("one");
  const manager = world.host("one");
  manager.world.tasks.standStill();
  const started = await begin();
  await until(`${verb} to be called`, async () => hasCalled(manager, verb));
  await manager.powerOff();
  const outcome = await started.ended;
  assert.equal(outcome?.outcome, "succeeded", outcome?.outcome === "succeeded" ? "" : outcome?.error);
  assert.notEqual(await world.spm(), manager.hostName, "another host took over");
  return started;
}

const whole = { legality: "LEGAL", content: "", capacityBytes: GiB } as const;

describe("when the power of the SPM's host is cut", () => {
  test("in the middle of the creation of a disk, the disk is made once, by the next SPM", async () => {
    await using world = await threeHosts();
    const { disk } = await cutManagerDuring(world, "Volume.create", () => world.addDisk("d"));
    assert.equal((await getDisk(world.world.system.db, disk.id)).status, "ok");
    assert.deepEqual(
      images(world).map(({ imageId, volumes }) => [imageId, volumes]),
      [[disk.id, [{ ...whole, generation: 0 }]]],
    );
  });

  test("in the middle of an extension, the disk has its new size", async () => {
    await using world = await threeHosts();
    const { disk } = await done(world.addDisk("d"));
    const { system } = world.world;
    await cutManagerDuring(world, "Volume.extendSize", () =>
      extendDisk(system, { diskId: disk.id, capacityBytes: 2 * GiB }),
    );
    const { status, capacityBytes } = await getDisk(system.db, disk.id);
    assert.deepEqual([status, capacityBytes], ["ok", 2 * GiB]);
    assert.deepEqual(images(world)[0]?.volumes[0]?.capacityBytes, 2 * GiB);
  });

  test("in the middle of a deletion, the disk is gone", async () => {
    await using world = await threeHosts();
    const { disk } = await done(world.addDisk("d"));
    await cutManagerDuring(world, "Image.delete", () => removeDisk(world.world.system, disk.id));
    assert.deepEqual([await findDisk(world.world.system.db, disk.id), images(world)], [undefined, []]);
  });

  test("while it deletes the old image of a move, the disk is whole in its new place and nowhere else", async () => {
    await using world = await threeHosts();
    const toDomainId = await world.addDomain("second");
    const { disk } = await done(world.addDisk("d"));
    write(world, disk.id, "precious");
    await cutManagerDuring(world, "Image.delete", async () => {
      // Only the deletion shall meet the standing still: what makes the new volumes is a task too.
      const manager = world.host("one");
      manager.world.tasks.goOn();
      const started = await moveDisk(world.world.system, { diskId: disk.id, toDomainId });
      await until("the copy to begin", async () => world.hosts.some((host) => hasCalled(host, "SDM.copy_data")));
      manager.world.tasks.standStill();
      return started;
    });
    assert.deepEqual(
      images(world).map(({ path, volumes }) => [path, volumes[0]?.content, volumes[0]?.legality]),
      [["nas.example:/export/second", "precious", "LEGAL"]],
    );
    assert.equal((await getDisk(world.world.system.db, disk.id)).storageDomainId, toDomainId);
  });
});

describe("a copy of a disk's data", () => {
  async function beginMove(world: ThreeHosts) {
    const toDomainId = await world.addDomain("second");
    const { disk } = await done(world.addDisk("d"));
    write(world, disk.id, "precious");
    for (const host of world.hosts) host.world.jobs.standStill();
    const started = await moveDisk(world.world.system, { diskId: disk.id, toDomainId });
    await until("the copy to begin", async () => world.hosts.some((host) => hasCalled(host, "SDM.copy_data")));
    const worker = world.hosts.find((host) => hasCalled(host, "SDM.copy_data"));
    assert.ok(worker);
    return { toDomainId, disk, started, worker };
  }

  async function assertMoved(world: ThreeHosts, diskId: DiskId): Promise<void> {
    const moved = await getDisk(world.world.system.db, diskId);
    assert.equal(moved.status, "ok");
    assert.deepEqual(
      images(world).map(({ path, imageId, volumes }) => [path, imageId, volumes]),
      [["nas.example:/export/second", diskId, [{ ...whole, content: "precious", generation: 1 }]]],
    );
  }

  test("goes on at another host when its host loses its power, as soon as the lease lets it", async () => {
    await using world = await threeHosts();
    const { disk, started, worker } = await beginMove(world);
    await worker.powerOff();
    for (const host of world.hosts) host.world.jobs.goOn();
    assert.equal((await started.ended)?.outcome, "succeeded");
    await assertMoved(world, disk.id);
  });

  test("is begun again when the agent that did it starts again", async () => {
    await using world = await threeHosts();
    const { disk, started, worker } = await beginMove(world);
    worker.world.endAgent();
    await worker.restart();
    for (const host of world.hosts) host.world.jobs.goOn();
    assert.equal((await started.ended)?.outcome, "succeeded");
    await assertMoved(world, disk.id);
  });

  test("is found again by a Manager that was restarted, and not made twice", async () => {
    await using world = await threeHosts();
    const { disk } = await beginMove(world);
    await world.world.reopen();
    for (const host of world.hosts) host.world.jobs.goOn();
    await until("the disk to be moved", async () => (await getDisk(world.world.system.db, disk.id)).status === "ok");
    await assertMoved(world, disk.id);
    const copies = world.hosts.flatMap(({ calls }) => calls.filter(({ verb }) => verb === "SDM.copy_data"));
    assert.equal(copies.length, 1);
  });

  test("that fails leaves the disk where it was, and nothing in the other place", async () => {
    await using world = await threeHosts();
    const toDomainId = await world.addDomain("second");
    const { disk } = await done(world.addDisk("d"));
    const before = images(world);
    // The source is damaged: no host can read it.
    for (const volume of world.storage.domains.get(world.domainId)?.images.get(disk.id)?.values() ?? []) {
      volume.legality = "ILLEGAL";
    }
    const started = await moveDisk(world.world.system, { diskId: disk.id, toDomainId });
    assert.equal((await started.ended)?.outcome, "failed");
    const { status, storageDomainId } = await getDisk(world.world.system.db, disk.id);
    assert.deepEqual([status, storageDomainId], ["ok", world.domainId]);
    assert.deepEqual(
      images(world).map(({ path }) => path),
      before.map(({ path }) => path),
    );
  });

  test("shows in the job how far it is, and the disk is locked for everybody meanwhile", async () => {
    await using world = await threeHosts();
    const { disk } = await beginMove(world);
    const { system } = world.world;
    const [job] = (await listJobs(system.db)).filter(({ description }) => description === "Moving Disk d");
    assert.ok(job);
    await until("the progress to be told", async () =>
      (await listSteps(system.db, job.id)).some(({ progressPercent }) => progressPercent !== undefined),
    );
    for (const attempt of [
      () => moveDisk(system, { diskId: disk.id, toDomainId: world.domainId }),
      () => copyDisk(system, { diskId: disk.id, toDomainId: world.domainId }),
      () => extendDisk(system, { diskId: disk.id, capacityBytes: 2 * GiB }),
      () => removeDisk(system, disk.id),
    ]) {
      await assert.rejects(attempt(), (error) => error instanceof OperationRefused && /locked/.test(error.message));
    }
    for (const host of world.hosts) host.world.jobs.goOn();
    await until("the disk to be moved", async () => (await getDisk(system.db, disk.id)).status === "ok");
  });
});

describe("disks and their VMs", () => {
  async function withVm(world: ThreeHosts) {
    const { system } = world.world;
    const toDomainId = await world.addDomain("second");
    const { disk } = await done(world.addDisk("d"));
    const { vm } = await done(
      createVm(system, { name: "demo", clusterId: world.cluster.id, templateId: blankTemplateId }),
    );
    await attachDisk(system, { vmId: vm.id, diskId: disk.id, interface: "virtio", isBootable: true });
    return { system, toDomainId, disk, vm };
  }

  test("a VM does not start while its disk is moved, and starts from the new place after", async () => {
    await using world = await threeHosts();
    const { system, toDomainId, disk, vm } = await withVm(world);
    for (const host of world.hosts) host.world.jobs.standStill();
    const moving = await moveDisk(system, { diskId: disk.id, toDomainId });
    await assert.rejects(startVm(system, { vmId: vm.id }), /Disk is locked/);
    for (const host of world.hosts) host.world.jobs.goOn();
    assert.equal((await moving.ended)?.outcome, "succeeded");
    await done(startVm(system, { vmId: vm.id }));
  });

  test("of a start and a move at once one is refused", async () => {
    await using world = await threeHosts();
    const { system, toDomainId, disk, vm } = await withVm(world);
    const attempts = await Promise.allSettled([
      startVm(system, { vmId: vm.id }),
      moveDisk(system, { diskId: disk.id, toDomainId }),
    ]);
    assert.equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
    for (const attempt of attempts) if (attempt.status === "fulfilled") await attempt.value.ended;
  });

  test("the disk of a running VM is not moved, copied or deleted, and grows below it", async () => {
    await using world = await threeHosts();
    const { system, toDomainId, disk, vm } = await withVm(world);
    await done(startVm(system, { vmId: vm.id }));
    const runs = /VM demo is running/;
    await assert.rejects(moveDisk(system, { diskId: disk.id, toDomainId }), runs);
    await assert.rejects(copyDisk(system, { diskId: disk.id, toDomainId }), runs);
    await assert.rejects(removeDisk(system, disk.id), runs);
    await done(extendDisk(system, { diskId: disk.id, capacityBytes: 3 * GiB }));
    assert.equal((await getDisk(system.db, disk.id)).capacityBytes, 3 * GiB);
    assert.ok(world.hosts.some((host) => hasCalled(host, "VM.diskSizeExtend")));
  });
});

test("a copy is a disk of its own, and the source stays what it was", async () => {
  await using world = await threeHosts();
  const { system } = world.world;
  const toDomainId = await world.addDomain("second");
  const { disk } = await done(world.addDisk("d"));
  write(world, disk.id, "precious");
  const { disk: copy } = await done(copyDisk(system, { diskId: disk.id, toDomainId, name: "copy" }));
  assert.deepEqual(
    images(world).map(({ path, imageId, volumes }) => [path, imageId, volumes[0]?.content]),
    [
      ["nas.example:/export/data", disk.id, "precious"],
      ["nas.example:/export/second", copy.id, "precious"],
    ],
  );
  assert.deepEqual(
    (await listDisks(system.db)).map(({ name, status }) => [name, status]),
    [
      ["copy", "ok"],
      ["d", "ok"],
    ],
  );
});

test("a disk is not made smaller, and not moved to where it is", async () => {
  await using world = await threeHosts();
  const { system } = world.world;
  const { disk } = await done(world.addDisk("d"));
  await assert.rejects(extendDisk(system, { diskId: disk.id, capacityBytes: GiB / 2 }), /cannot be made smaller/);
  await assert.rejects(moveDisk(system, { diskId: disk.id, toDomainId: world.domainId }), /must be different/);
  assert.equal((await getDisk(system.db, disk.id)).status, "ok");
});
