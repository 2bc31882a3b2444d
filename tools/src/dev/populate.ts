// What a developer finds in the data center of `npm run dev`, asked for through the REST API.

import type { ManagerClient } from "@yagura/rest-client";
import { enrolSimulatedHost, type SimulatedHost, SimulatedStorage, startSimulatedHost } from "@yagura/sim-host";
import { poll } from "@yagura/std/poll.ts";

const names = { dataCenter: "Simulated", cluster: "Simulated", storageDomain: "simulated-nfs" } as const;
const settleMs = 120_000;

/** A data center with shared storage, and a cluster in it; found again on the next start. */
export async function ensureCluster(client: ManagerClient): Promise<void> {
  const [dataCenter] = await client.data_centers.list({ search: `name=${names.dataCenter}` });
  if (dataCenter === undefined) await client.data_centers.add({ name: names.dataCenter, local: false });
  const [cluster] = await client.clusters.list({ search: `name=${names.cluster}` });
  if (cluster !== undefined) return;
  const cpu = { architecture: "x86_64" } as const;
  await client.clusters.add({ name: names.cluster, data_center: { name: names.dataCenter }, cpu });
}

export interface HostsToStart {
  readonly count: number;
  readonly managerUrl: string;
  readonly caPem: string;
}

/** Starts hosts that share one storage and registers each with a ticket, one after the other. */
export async function startHosts(
  client: ManagerClient,
  { count, managerUrl, caPem }: HostsToStart,
): Promise<SimulatedHost[]> {
  const storage = new SimulatedStorage();
  const hosts: SimulatedHost[] = [];
  try {
    for (let number = 1; number <= count; number += 1) {
      const hostName = `simulated-${String(number).padStart(2, "0")}`;
      const host = await startSimulatedHost({ hostName, storage });
      hosts.push(host);
      const { value: ticket } = await client.host_tickets.add({ cluster: { name: names.cluster } });
      if (ticket === undefined) throw new Error("the Manager made a ticket without a value");
      await enrolSimulatedHost(host, { managerUrl, caPem, ticket });
    }
    return hosts;
  } catch (error) {
    await Promise.all(hosts.map((host) => host.close()));
    throw error;
  }
}

/** Waits until so many hosts are up. @throws DeadlineExceeded */
export async function waitForHosts(client: ManagerClient, count: number): Promise<void> {
  const look = async (): Promise<boolean> =>
    (await client.hosts.list()).filter(({ status }) => status === "up").length >= count;
  await poll(`${count} hosts to be up`, look, { timeoutMs: settleMs, everyMs: 500 });
}

/** A storage domain that every host sees. */
export async function ensureStorage(client: ManagerClient, hostName: string): Promise<void> {
  const [known] = await client.storage_domains.list({ search: `name=${names.storageDomain}` });
  const storage = { type: "nfs", address: "nfs.example.com", path: "/simulated" } as const;
  const domain =
    known ??
    (await client.storage_domains.add({ name: names.storageDomain, type: "data", host: { name: hostName }, storage }));
  const [dataCenter] = await client.data_centers.list({ search: `name=${names.dataCenter}` });
  const attached = client.data_centers.at(dataCenter?.id ?? "").storage_domains;
  const id = domain.id ?? "";
  if (!(await attached.list()).some((one) => one.id === id)) await attached.add({ id });
  await poll("the storage domain to be active", async () => (await attached.get(id)).status === "active", {
    timeoutMs: settleMs,
    everyMs: 500,
  });
}
