// A whole Manager with three hosts that share an NFS domain, and its storage's manager.

import { type SimulatedHost, SimulatedStorage } from "@yagura/sim-host";
import type { HostId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { done, hurriedClock, type ManagerWorld, managerWorld, until } from "../../manager.fixture.ts";
import { createCluster } from "../../operations/clusters/create-cluster.ts";
import { createDataCenter } from "../../operations/data-centers/create-data-center.ts";
import { createDisk } from "../../operations/disks/create-disk.ts";
import { attachStorageDomain } from "../../operations/storage-domains/attach-storage-domain.ts";
import { createStorageDomain } from "../../operations/storage-domains/create-storage-domain.ts";

/** What takes a host's lease 140 s takes it this long here; the Manager's own time goes four times as fast. */
export const leaseMs = 2000;

export type ThreeHosts = Awaited<ReturnType<typeof threeHosts>>;

/** On a busy machine hosts report late: a short grace is for those who wait for its end. */
export async function threeHosts(names: readonly string[] = ["one", "two", "three"], { graceSeconds = 120 } = {}) {
  const world: ManagerWorld = await managerWorld(undefined, hurriedClock(4), { domainGraceSeconds: graceSeconds });
  const { system } = world;
  const storage = new SimulatedStorage({ leaseMs });
  const dataCenter = await createDataCenter(system, { name: "dc", isLocal: false });
  const cluster = await createCluster(system, { name: "c", dataCenterId: dataCenter.id });
  const hosts: SimulatedHost[] = [];
  for (const hostName of names) hosts.push(await world.addHost(cluster.id, { hostName, storage }));
  const addDomain = async (name: string) => {
    const { domain } = await done(
      createStorageDomain(world.system, {
        name,
        type: "nfs",
        connection: { address: "nas.example", path: `/export/${name}` },
        hostId: hosts[0]?.hostId as HostId,
      }),
    );
    await done(attachStorageDomain(world.system, { domainId: domain.id, dataCenterId: dataCenter.id }));
    return domain.id;
  };
  const domainId = await addDomain("data");
  const read = () => getDataCenter(world.system.db, dataCenter.id);
  const host = (name: string): SimulatedHost => {
    const found = hosts.find(({ hostName }) => hostName === name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found;
  };
  return {
    world,
    storage,
    dataCenter,
    cluster,
    hosts,
    domainId,
    addDomain,
    host,
    read,
    idOf: (name: string) => host(name).hostId as HostId,
    statusOf: async (name: string) => (await getHost(world.system.db, host(name).hostId as HostId)).status,
    /** The name of the SPM as it is recorded. */
    async spm(): Promise<string | undefined> {
      const { spmHostId, spmEpoch } = await read();
      // A saga that has just made the pool knows the host, and not the epoch.
      return spmEpoch === undefined ? undefined : hosts.find(({ hostId }) => hostId === spmHostId)?.hostName;
    },
    /** Hosts that are SPM, as they say themselves: never two. */
    claimants: () => hosts.filter((each) => each.world.spm.state === "SPM").map(({ hostName }) => hostName),
    async untilSpm(name: string, timeoutMs?: number): Promise<void> {
      await until(`${name} to be SPM`, async () => (await this.spm()) === name, timeoutMs);
    },
    addDisk: (name: string) =>
      createDisk(world.system, { name, storageDomainId: domainId, capacityBytes: GiB, format: "cow", isSparse: true }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
