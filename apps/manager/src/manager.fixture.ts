// A whole Manager in this process, on a database of its own, with simulated hosts that speak the real protocol.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  enrolSimulatedHost,
  type SimulatedHost,
  type SimulatedHostOptions,
  startSimulatedHost,
} from "@yagura/sim-host";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import type { ClusterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { GiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import type { Config } from "./config.ts";
import { type OpContext, systemContext } from "./context.ts";
import { getHost } from "./db/queries/hosts.ts";
import type { Cluster } from "./domain/cluster/cluster.ts";
import type { DataCenter } from "./domain/data-center/data-center.ts";
import { createHostTicket } from "./enrolment/host-tickets.ts";
import { createCluster } from "./operations/clusters/create-cluster.ts";
import { createDataCenter } from "./operations/data-centers/create-data-center.ts";
import { createDisk } from "./operations/disks/create-disk.ts";
import type { Started } from "./operations/started.ts";
import { attachStorageDomain } from "./operations/storage-domains/attach-storage-domain.ts";
import { createStorageDomain } from "./operations/storage-domains/create-storage-domain.ts";
import { createTemplate } from "./operations/templates/create-template.ts";
import { createVm } from "./operations/vms/create-vm.ts";
import { type Manager, startManager } from "./world.ts";

export interface ManagerWorld extends AsyncDisposable {
  readonly manager: Manager;
  /** To call operations as the system. */
  readonly system: OpContext;
  /** The Manager goes as by `kill -9`: nothing is written any more, nobody is told. Then another one starts. */
  reopen(): Promise<void>;
  addHost(clusterId: ClusterId, options?: SimulatedHostOptions): Promise<SimulatedHost>;
}

const quick = { taskMs: 20, jobMs: 40, launchMs: 50, bootMs: 50, guestAgentMs: 50, recoverMs: 200 };

/** Time that passes so many times faster, for what takes half a minute. */
export function hurriedClock(times: number): Clock {
  return {
    nowMs: () => systemClock.nowMs(),
    monotonicMs: () => systemClock.monotonicMs() * times,
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / times, signal),
  };
}

export async function managerWorld(
  database?: { readonly postgres: string },
  clock: Clock = systemClock,
  settings: Partial<Config> = {},
): Promise<ManagerWorld> {
  const directory = await temporaryDirectory();
  const config: Config = {
    dataDirectory: join(directory.path, "manager"),
    listen: "127.0.0.1",
    httpsPort: 0,
    httpPort: 0,
    adminPasswordFile: join(directory.path, "admin-password"),
    names: ["127.0.0.1"],
    logLevel: "error",
    ...(database !== undefined && { database }),
    ...settings,
  };
  const hosts: SimulatedHost[] = [];
  const opened = async () => {
    const manager = await startManager(config, silentLog, clock);
    return {
      manager,
      system: systemContext(manager.services, { correlationId: "test", signal: new AbortController().signal }),
    };
  };
  let current = await opened();
  return {
    get manager() {
      return current.manager;
    },
    get system() {
      return current.system;
    },
    async reopen() {
      await current.manager.close();
      current = await opened();
    },
    async addHost(clusterId, options = {}) {
      const host = await startSimulatedHost({ times: quick, ...options });
      hosts.push(host);
      const { services, httpsPort } = current.manager;
      const { ticket } = await createHostTicket(services, { clusterId, validMs: 60_000 });
      await enrolSimulatedHost(host, {
        managerUrl: `https://127.0.0.1:${httpsPort}`,
        caPem: await readFile(join(config.dataDirectory, "pki", "ca.pem"), "utf8"),
        ticket,
      });
      services.wake("watch-hosts");
      await until("the host to be up", async () => (await getHost(services.db, host.hostId as HostId)).status === "up");
      return host;
    },
    async [Symbol.asyncDispose]() {
      await current.manager.close();
      await Promise.all(hosts.map((host) => host.close()));
      await directory[Symbol.asyncDispose]();
    },
  };
}

export function until(what: string, look: () => Promise<boolean>, timeoutMs = 60_000): Promise<true> {
  return poll(what, async () => (await look()) || undefined, { timeoutMs, everyMs: 50 }) as Promise<true>;
}

/** Waits for work to end well. */
export async function done<T extends Started>(started: Promise<T>): Promise<T> {
  const all = await started;
  const outcome = await all.ended;
  if (outcome?.outcome !== "succeeded") throw new Error(outcome?.outcome === undefined ? "stopped" : outcome.error);
  return all;
}

export interface Inventory {
  readonly dataCenter: DataCenter;
  readonly cluster: Cluster;
  readonly host: SimulatedHost;
  readonly domainId: StorageDomainId;
}

/** A local data center with one host and a storage domain in use. */
export async function makeInventory(world: ManagerWorld, options: SimulatedHostOptions = {}): Promise<Inventory> {
  const { system } = world;
  const dataCenter = await createDataCenter(system, { name: "dc", isLocal: true });
  const cluster = await createCluster(system, { name: "c", dataCenterId: dataCenter.id });
  const host = await world.addHost(cluster.id, { hostName: "one", ...options });
  const { domain } = await done(
    createStorageDomain(system, {
      name: "data",
      type: "localfs",
      connection: { path: "/srv/data" },
      hostId: host.hostId as HostId,
    }),
  );
  await done(attachStorageDomain(system, { domainId: domain.id, dataCenterId: dataCenter.id }));
  return { dataCenter, cluster, host, domainId: domain.id };
}

/** A VM that stands on a template with one disk. */
export async function makeVm(world: ManagerWorld, { cluster, domainId }: Inventory, name = "demo") {
  const { system } = world;
  const { disk } = await done(
    createDisk(system, {
      name: "golden",
      storageDomainId: domainId,
      capacityBytes: GiB,
      format: "raw",
      isSparse: true,
    }),
  );
  const { template } = await done(
    createTemplate(system, {
      name: "base",
      from: { clusterId: cluster.id, disks: [{ diskId: disk.id, interface: "virtio" }] },
    }),
  );
  const { vm } = await done(
    createVm(system, {
      name,
      clusterId: cluster.id,
      templateId: template.id,
      nics: [{ name: "nic1" }],
    }),
  );
  return { disk, template, vm };
}
