import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { findDisk } from "../db/queries/disks.ts";
import { getHost } from "../db/queries/hosts.ts";
import { findTemplate } from "../db/queries/templates.ts";
import { getVm } from "../db/queries/vms.ts";
import { OperationRefused } from "../domain/errors.ts";
import { blankTemplateId } from "../domain/template/template.ts";
import { done, makeInventory, makeVm, managerWorld, until } from "../manager.fixture.ts";
import { attachDisk } from "./disk-attachments/attach-disk.ts";
import { deactivateHost } from "./hosts/deactivate-host.ts";
import type { Started } from "./started.ts";
import { deactivateStorageDomain } from "./storage-domains/change-storage-domain-use.ts";
import { removeTemplate } from "./templates/remove-template.ts";
import { createVm } from "./vms/create-vm.ts";
import { removeVm } from "./vms/remove-vm.ts";
import { startVm } from "./vms/start-vm.ts";

/** Waits until all has ended; what was refused is told by its sentence, everything else is "done". */
async function outcomes(...attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const results: string[] = [];
  for (const settled of await Promise.allSettled(attempts)) {
    if (settled.status === "fulfilled") {
      const outcome = await (settled.value as Started | undefined)?.ended;
      results.push(outcome === undefined || outcome.outcome === "succeeded" ? "done" : outcome.error);
    } else {
      assert.ok(settled.reason instanceof OperationRefused, String(settled.reason));
      results.push(settled.reason.reasons.join(" "));
    }
  }
  return results;
}

test("of two starts of one VM at once one is refused, and the guest is there once", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const results = await outcomes(startVm(world.system, { vmId: vm.id }), startVm(world.system, { vmId: vm.id }));
  assert.equal(results.filter((result) => result === "done").length, 1, results.join());
  assert.equal(inventory.host.calls.filter((call) => call.verb === "VM.create").length, 1);
});

test("memory is promised once: of two VMs that fit only alone, started at once, one is refused", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world, { hardware: { memoryMib: 32 * 1024 } });
  const { template } = await makeVm(world, inventory);
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) =>
      done(
        createVm(world.system, {
          name,
          clusterId: inventory.cluster.id,
          templateId: template.id,
          hardware: { memoryBytes: 20 * GiB, memoryMaxBytes: 20 * GiB, memoryGuaranteedBytes: 20 * GiB },
        }),
      ),
    ),
  );
  assert.ok(one && two);
  const results = await outcomes(
    startVm(world.system, { vmId: one.vm.id }),
    startVm(world.system, { vmId: two.vm.id }),
  );
  assert.equal(results.filter((result) => result === "done").length, 1, results.join());
});

test("a host that is deactivated while a VM is started on it does not leave with the guest", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const hostId = inventory.host.hostId as HostId;
  const results = await outcomes(startVm(world.system, { vmId: vm.id }), deactivateHost(world.system, hostId));
  assert.equal(results.filter((result) => result === "done").length, 1, results.join());
  const isGone = (await getHost(world.system.db, hostId)).status !== "up";
  assert.equal(inventory.host.vms.length, isGone ? 0 : 1);
});

test("a storage domain is not taken out of use below a VM that is started at the same time", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const ids = { domainId: inventory.domainId, dataCenterId: inventory.dataCenter.id };
  const results = await outcomes(startVm(world.system, { vmId: vm.id }), deactivateStorageDomain(world.system, ids));
  assert.equal(results.filter((result) => result === "done").length, 1, results.join());
});

test("a template is kept while a disk stands on it, also when the VM of the disk is gone", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm, template } = await makeVm(world, inventory);
  await done(removeVm(world.system, { vmId: vm.id, keepsDisks: true }));
  const [result] = await outcomes(removeTemplate(world.system, template.id));
  assert.match(result ?? "", /Other disks depend on the Template's disk/);
  assert.equal((await findTemplate(world.system.db, template.id))?.status, "ok");
  assert.equal(inventory.host.calls.filter((call) => call.verb === "Image.delete").length, 0, "nothing was tried");
});

test("a VM that is made from a template while it is removed is refused, or keeps it", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm, template } = await makeVm(world, inventory);
  await done(removeVm(world.system, { vmId: vm.id }));
  const results = await outcomes(
    removeTemplate(world.system, template.id),
    createVm(world.system, { name: "late", clusterId: inventory.cluster.id, templateId: template.id }),
  );
  assert.equal(results.filter((result) => result === "done").length, 1, results.join());
});

test("a disk is not deleted with its VM when another VM gets it at the same time", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { system } = world;
  const { vm } = await makeVm(world, inventory);
  const { vm: other } = await done(
    createVm(system, { name: "other", clusterId: inventory.cluster.id, templateId: blankTemplateId }),
  );
  const [row] = await system.db.selectFrom("diskAttachments").selectAll().where("vmId", "=", vm.id).execute();
  assert.ok(row);
  await system.db.updateTable("disks").set({ isShareable: 1 }).where("id", "=", row.diskId).execute();
  const diskId = row.diskId as Parameters<typeof attachDisk>[1]["diskId"];
  const results = await outcomes(removeVm(system, { vmId: vm.id }), attachDisk(system, { vmId: other.id, diskId }));
  const users = (await findDisk(system.db, diskId))?.vmIds ?? [];
  if (results[1] === "done") assert.ok(users.includes(other.id), results.join());
  else assert.equal(await findDisk(system.db, diskId), undefined);
});

test("a VM that is being started is seen where it will run before anything is asked of the host", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  inventory.host.silence();
  await startVm(world.system, { vmId: vm.id });
  const { run } = await getVm(world.system.db, vm.id);
  assert.deepEqual([run.status, run.hostId], ["wait_for_launch", inventory.host.hostId]);
  inventory.host.speak();
  await until("the guest", async () => inventory.host.vms.length === 1);
});
