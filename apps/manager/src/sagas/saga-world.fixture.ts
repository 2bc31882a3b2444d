// What the steps of sagas work on: a database in memory with an inventory, and one simulated host with its storage.

import { type AgentClient, connectAgent } from "@yagura/agent-protocol";
import { startSimulatedHost } from "@yagura/sim-host";
import { systemClock } from "@yagura/std/clock.ts";
import { type ClusterId, type DataCenterId, type HostId, parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { openDatabase } from "../db/open-database.ts";
import { insertCluster } from "../db/queries/clusters.ts";
import { insertDataCenter } from "../db/queries/data-centers.ts";
import { insertHost } from "../db/queries/hosts.ts";
import type { Tables } from "../db/schema.ts";
import { defaultMacPoolId, seedDatabase } from "../db/seed.ts";
import { transaction } from "../db/transaction.ts";
import type { StorageConnectionId, StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { attachStorageDomain } from "./attach-storage-domain.ts";
import { createStorageDomain } from "./create-storage-domain.ts";
import type { SagaDeps } from "./deps.ts";
import { runSaga } from "./engine/run-saga.ts";

export const ids = {
  dataCenter: parseId<DataCenterId>("d0000000-0000-4000-8000-000000000001"),
  cluster: parseId<ClusterId>("c0000000-0000-4000-8000-000000000001"),
  host: parseId<HostId>("a0000000-0000-4000-8000-000000000001"),
  domain: parseId<StorageDomainId>("50000000-0000-4000-8000-000000000001"),
  connection: parseId<StorageConnectionId>("60000000-0000-4000-8000-000000000001"),
  secondDomain: parseId<StorageDomainId>("50000000-0000-4000-8000-000000000002"),
  secondConnection: parseId<StorageConnectionId>("60000000-0000-4000-8000-000000000002"),
};

export const plannedDomain: StorageDomain = {
  id: ids.domain,
  name: "data",
  description: "",
  comment: "",
  purpose: "data",
  type: "localfs",
  formatVersion: 5,
  status: "locked",
  isMaster: false,
  connection: { id: ids.connection, type: "localfs", address: "", path: "/srv/data", hostId: ids.host },
  committedBytes: 0,
  wipeAfterDelete: false,
  createdAtMs: 0,
};

export const secondDomain: StorageDomain = {
  ...plannedDomain,
  id: ids.secondDomain,
  name: "data2",
  connection: { ...plannedDomain.connection, id: ids.secondConnection, path: "/srv/data2" },
};

export type SagaWorld = Awaited<ReturnType<typeof sagaWorld>>;

/** @param storage how far the storage domain has come. */
export async function sagaWorld(storage: "none" | "created" | "attached" | "two" = "attached") {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  await seedDatabase(db);
  const times = { taskMs: 0, jobMs: 0, launchMs: 0, bootMs: 0, guestAgentMs: 0, shutdownMs: 0, recoverMs: 0 };
  const host = await startSimulatedHost({ hostId: ids.host, hostName: "one", times });
  const client: AgentClient = await connectAgent({ host: host.address, port: host.port, tls: false });
  const deps: SagaDeps = {
    db,
    clock: systemClock,
    hosts: {
      calls: () => client.call,
      linkOf: () => ({ isOpen: true, sinceMs: 0, generation: 1 }),
      putImage: () => Promise.resolve(),
    },
    wake: () => undefined,
  };
  await transaction(db, async (tx) => {
    await insertDataCenter(tx, {
      id: ids.dataCenter,
      name: "dc",
      description: "",
      comment: "",
      isLocal: true,
      status: "uninitialized",
      compatibilityVersion: "4.7",
      macPoolId: defaultMacPoolId,
      masterVersion: 0,
    });
    await insertCluster(tx, {
      id: ids.cluster,
      name: "c",
      description: "",
      comment: "",
      dataCenterId: ids.dataCenter,
      architecture: "x86_64",
      cpuType: "",
      compatibilityVersion: "4.7",
      biosType: "q35_sea_bios",
      macPoolId: defaultMacPoolId,
    });
    await insertHost(tx, {
      id: ids.host,
      name: "one",
      description: "",
      comment: "",
      address: host.address,
      port: host.port,
      clusterId: ids.cluster,
      status: "up",
      spmPriority: 5,
      poolNumber: 1,
      createdAtMs: 0,
    });
  });
  if (storage !== "none") await runSaga(createStorageDomain, { domain: plannedDomain, hostId: ids.host }, deps);
  const ofHost = { dataCenterId: ids.dataCenter, hostId: ids.host };
  if (storage === "attached" || storage === "two") {
    await runSaga(attachStorageDomain, { ...ofHost, domainId: ids.domain, isFirst: true }, deps);
  }
  if (storage === "two") {
    await runSaga(createStorageDomain, { domain: secondDomain, hostId: ids.host }, deps);
    await runSaga(attachStorageDomain, { ...ofHost, domainId: ids.secondDomain, isFirst: false }, deps);
  }
  return {
    db,
    deps,
    host,
    /** Everything that outlives a saga: what is recorded, what is stored, what runs. */
    async snapshot() {
      const rows: Record<string, unknown> = {};
      for (const table of compared) rows[table] = (await db.selectFrom(table).selectAll().execute()).map(timeless);
      const { domains, pools } = host.world.storage;
      return structuredClone({
        rows,
        domains: [...domains.values()].map((domain) => ({
          ...domain,
          images: [...domain.images].map(([imageId, image]) => [imageId, [...image.values()]]),
        })),
        pools: [...pools.values()].map(({ spmVersion: _, ...pool }) => pool),
        vms: host.vms.map((vm) => vm.vmId),
      });
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await host.close();
      await db.destroy();
    },
  };
}

const compared = [
  "storageConnections",
  "storageDomains",
  "dataCenters",
  "disks",
  "volumes",
  "diskAttachments",
  "templates",
  "templateDisks",
  "vms",
  "vmRuns",
  "nics",
] as const satisfies readonly (keyof Tables)[];

/** When something happened differs from run to run. */
function timeless(row: object): object {
  const changing = ["startedAtMs", "stoppedAtMs", "availableBytes", "usedBytes"];
  return Object.fromEntries(Object.entries(row).filter(([column]) => !changing.includes(column)));
}
