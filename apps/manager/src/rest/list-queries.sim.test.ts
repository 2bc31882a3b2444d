import assert from "node:assert/strict";
import { test } from "node:test";
import { type DiskId, type HostId, type NicId, newId, type VmId } from "@yagura/std/ids.ts";
import { ensureDiskAttachment } from "../db/queries/disk-attachments.ts";
import { ensureDisk, getDisk } from "../db/queries/disks.ts";
import { getHost, insertHost } from "../db/queries/hosts.ts";
import { ensureNic } from "../db/queries/nics.ts";
import { ensureVm, getVm } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";
import { routes } from "./routes.ts";

// Lists are read whole; what they must not do is to ask once more for each thing in them.

const MORE = 20;

/** More of everything that `populate` made, each as the first. */
async function addMore({ services: { db } }: RestWorld): Promise<void> {
  const [vm, host, disk] = [await getVm(db, ids.vm), await getHost(db, ids.host), await getDisk(db, ids.disk)];
  await transaction(db, async (tx) => {
    for (let n = 0; n < MORE; n++) {
      const [vmId, diskId] = [newId<VmId>(), newId<DiskId>()];
      await insertHost(tx, {
        ...host,
        id: newId<HostId>(),
        name: `host${n}`,
        address: `host${n}`,
        poolNumber: 100 + n,
      });
      await ensureVm(tx, { ...vm, id: vmId, name: `vm${n}` });
      await ensureDisk(tx, { ...disk, id: diskId, name: `disk${n}` });
      await ensureDiskAttachment(tx, {
        vmId,
        diskId,
        interface: "virtio",
        isBootable: true,
        isActive: true,
        isReadOnly: false,
        passDiscard: false,
      });
      await ensureNic(tx, {
        id: newId<NicId>(),
        owner: { vmId },
        name: "nic1",
        interface: "virtio",
        isLinked: true,
        isPlugged: true,
        macAddress: `56:6f:1a:1a:01:${n.toString(16).padStart(2, "0")}`,
      });
    }
  });
}

test("no list asks the database more often when there is more in it", async () => {
  let queries = 0;
  await using world = await restWorld({ onQuery: () => queries++ });
  await populate(world);
  await world.addUser("ann", "UserVmManager", { type: "cluster", id: ids.cluster });
  const lists = routes({ instanceId: "", version: "0" }).filter(
    ({ method, path }) => method === "GET" && /^\/\w+$/.test(path),
  );
  const searches = ["/vms?search=cluster=Default%20and%20host.name=one", "/disks?search=vm_names=demo"];
  const count = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const as of ["admin", "ann"]) {
      for (const path of [...lists.map((route) => route.path), ...searches]) {
        queries = 0;
        await world.request({ url: `/ovirt-engine/api${path}`, as });
        counts[`${as} ${path}`] = queries;
      }
    }
    return counts;
  };
  await count();
  const before = await count();
  await addMore(world);
  assert.deepEqual(await count(), before);
  assert.ok(Object.values(before).every((each) => each < 20));
});
