import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { getDataCenter } from "./db/queries/data-centers.ts";
import { listDiskAttachments } from "./db/queries/disk-attachments.ts";
import { getDisk } from "./db/queries/disks.ts";
import { listEvents } from "./db/queries/events.ts";
import { listJobs } from "./db/queries/jobs.ts";
import { listNics } from "./db/queries/nics.ts";
import { getStorageDomain } from "./db/queries/storage-domains.ts";
import { findVm, getVm } from "./db/queries/vms.ts";
import { listVolumes } from "./db/queries/volumes.ts";
import { done, makeInventory, makeVm, managerWorld, until } from "./manager.fixture.ts";
import { removeTemplate } from "./operations/templates/remove-template.ts";
import { rebootVm, shutdownVm } from "./operations/vms/ask-guest.ts";
import { removeVm } from "./operations/vms/remove-vm.ts";
import { startVm } from "./operations/vms/start-vm.ts";
import { stopVm } from "./operations/vms/stop-vm.ts";

const whyNot = await whyNoPostgres();

for (const kind of ["SQLite", "PostgreSQL"] as const) {
  describe(`A Manager on ${kind}`, { skip: kind === "PostgreSQL" && whyNot }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      postgres = kind === "PostgreSQL" ? await startPostgres() : undefined;
    });
    after(() => postgres?.[Symbol.asyncDispose]());
    const open = async () =>
      managerWorld(postgres === undefined ? undefined : { postgres: await postgres.createDatabase() });

    test("carries a guest from an empty data center to a running VM, and through a restart of its own", async () => {
      await using world = await open();
      const inventory = await makeInventory(world);
      const { db } = world.system;
      assert.equal((await getStorageDomain(db, inventory.domainId)).status, "active");
      assert.equal((await getDataCenter(db, inventory.dataCenter.id)).status, "up");

      const { vm, template } = await makeVm(world, inventory);
      const [attachment] = await listDiskAttachments(db, { vmId: vm.id });
      assert.ok(attachment);
      const [volume] = await listVolumes(db, attachment.diskId);
      assert.notEqual(volume?.parentId, undefined, "the VM's disk stands on the template's");
      const [nic] = await listNics(db, { vmId: vm.id });
      assert.match(nic?.macAddress ?? "", /^56:6f:/);

      await done(startVm(world.system, { vmId: vm.id }));
      await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
      await until("its agent to speak", async () => (await getVm(db, vm.id)).run.guest?.nics.length !== undefined);

      await world.reopen();
      const { db: db2 } = world.system;
      const restartedAtMs = Date.now();
      await until("the guest to be seen again", async () => {
        const { run } = await getVm(db2, vm.id);
        return run.status === "up" && (run.lastSeenAtMs ?? 0) >= restartedAtMs;
      });
      assert.equal(inventory.host.vms.length, 1, "the guest was never touched");

      await rebootVm(world.system, { vmId: vm.id });
      await until("the guest to be up again", async () => (await getVm(db2, vm.id)).run.status === "up");
      await done(stopVm(world.system, { vmId: vm.id }));
      assert.equal((await getVm(db2, vm.id)).run.status, "down");
      await done(removeVm(world.system, { vmId: vm.id }));
      assert.equal(await findVm(db2, vm.id), undefined);
      await done(removeTemplate(world.system, template.id));

      const codes = (await listEvents(db2, {}, 1000)).map((event) => event.code);
      for (const code of [950, 809, 956, 962, 2021, 51, 53, 32, 157, 33, 113])
        assert.ok(codes.includes(code), `event ${code}`);
      assert.deepEqual(new Set((await listJobs(db2)).map((job) => job.status)), new Set(["finished"]));
    });

    test("takes a guest that shut itself down for down, and starts it again", async () => {
      await using world = await open();
      const inventory = await makeInventory(world);
      const { vm } = await makeVm(world, inventory);
      const { db } = world.system;
      await done(startVm(world.system, { vmId: vm.id }));
      await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
      await shutdownVm(world.system, { vmId: vm.id });
      await until("the guest to be down", async () => (await getVm(db, vm.id)).run.status === "down");
      await done(startVm(world.system, { vmId: vm.id }));
      await until("the guest to be up again", async () => (await getVm(db, vm.id)).run.status === "up");
      inventory.host.crashVm(vm.id);
      await until("the crash to be seen", async () => (await getVm(db, vm.id)).run.status === "down");
      const [disk] = await listDiskAttachments(db, { vmId: vm.id });
      assert.equal((await getDisk(db, disk?.diskId ?? (inventory.domainId as never))).status, "ok");
    });
  });
}
