// A Manager with two simulated hosts that share one storage domain, and a VM on it.

import { type SimulatedHost, SimulatedStorage } from "@yagura/sim-host";
import type { HostId } from "@yagura/std/ids.ts";
import { listEvents } from "../../db/queries/events.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { getVm } from "../../db/queries/vms.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { done, hurriedClock, makeVm, managerWorld, until } from "../../manager.fixture.ts";
import { createCluster } from "../clusters/create-cluster.ts";
import { createDataCenter } from "../data-centers/create-data-center.ts";
import { attachStorageDomain } from "../storage-domains/attach-storage-domain.ts";
import { createStorageDomain } from "../storage-domains/create-storage-domain.ts";

/** @param hurry how many times faster time passes. */
export async function sharedWorld({ hurry = 1 } = {}) {
  const world = await managerWorld(undefined, hurriedClock(hurry));
  const dataCenter = await createDataCenter(world.system, { name: "dc", isLocal: false });
  const cluster = await createCluster(world.system, { name: "c", dataCenterId: dataCenter.id });
  const storage = new SimulatedStorage();
  const one = await world.addHost(cluster.id, { hostName: "one", storage });
  const two = await world.addHost(cluster.id, { hostName: "two", storage });
  const { domain } = await done(
    createStorageDomain(world.system, {
      name: "data",
      type: "nfs",
      connection: { address: "nas", path: "/export" },
      hostId: idOf(one),
    }),
  );
  await done(attachStorageDomain(world.system, { domainId: domain.id, dataCenterId: dataCenter.id }));
  const inventory = { dataCenter, cluster, host: one, domainId: domain.id };
  const { vm } = await makeVm(world, inventory);
  const run = async () => (await getVm(world.system.db, vm.id)).run;
  return {
    world,
    one,
    two,
    vm,
    run,
    /** On how many hosts the guest is. */
    guests: () => [one, two].flatMap(({ vms }) => vms.filter(({ vmId }) => vmId === vm.id)).length,
    creates: (host: SimulatedHost) => host.calls.filter(({ verb }) => verb === "VM.create").length,
    codes: async () => (await listEvents(world.system.db, {}, 1000)).map(({ code }) => code),
    becomes: (status: Vm["run"]["status"]) =>
      until(`the VM to be ${status}`, async () => (await run()).status === status),
    lost: (host: SimulatedHost) =>
      until(
        "the host to be lost",
        async () => (await getHost(world.system.db, idOf(host))).status === "non_responsive",
        60_000,
      ),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

export function idOf({ hostId }: SimulatedHost): HostId {
  return hostId as HostId;
}
