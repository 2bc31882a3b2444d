// What a developer finds in the data center of `npm run dev`, asked for through the REST API.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ManagerClient } from "@yagura/rest-client";
import { enrolSimulatedHost, type SimulatedHost, SimulatedStorage, startSimulatedHost } from "@yagura/sim-host";
import { poll } from "@yagura/std/poll.ts";
import { GiB } from "@yagura/std/units.ts";
import * as local from "../start/ensure-data-center.ts";
import { ensureRunning, waitForGuest } from "../start/ensure-guest.ts";
import { ensureTemplate } from "../start/ensure-template.ts";

const shared = { dataCenter: "Simulated", cluster: "Simulated" } as const;
const settleMs = 120_000;

/** One data center with local storage, for one host and its guest; one for all other hosts, which share their storage. */
export async function ensureClusters(client: ManagerClient): Promise<void> {
  await local.ensureCluster(client);
  await client.data_centers.add({ name: shared.dataCenter, local: false });
  const cpu = { architecture: "x86_64" } as const;
  await client.clusters.add({ name: shared.cluster, data_center: { name: shared.dataCenter }, cpu });
}

export interface HostsToStart {
  readonly count: number;
  readonly managerUrl: string;
  readonly caPem: string;
}

/** Starts hosts and registers each with a ticket, one after the other; the first one into the local data center. */
export async function startHosts(
  client: ManagerClient,
  { count, managerUrl, caPem }: HostsToStart,
): Promise<SimulatedHost[]> {
  const hosts: SimulatedHost[] = [];
  const storage = new SimulatedStorage();
  try {
    for (let number = 1; number <= count; number += 1) {
      const hostName = `simulated-${String(number).padStart(2, "0")}`;
      const host = await startSimulatedHost({ hostName, ...(number > 1 && { storage }) });
      hosts.push(host);
      const cluster = { name: number === 1 ? local.names.cluster : shared.cluster };
      const { value: ticket } = await client.host_tickets.add({ cluster });
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

/** An NFS domain that all hosts but the first share: one of them is their storage's manager. */
export async function ensureSharedStorage(client: ManagerClient, hostName: string): Promise<void> {
  const domain = await client.storage_domains.add({
    name: "shared",
    type: "data",
    host: { name: hostName },
    storage: { type: "nfs", address: "nas.simulated", path: "/export/shared" },
  });
  const [dataCenter] = await client.data_centers.list({ search: `name=${shared.dataCenter}` });
  const attached = client.data_centers.at(dataCenter?.id ?? "").storage_domains;
  const id = domain.id ?? "";
  await attached.add({ id });
  await poll("the shared storage to be active", async () => (await attached.get(id)).status === "active", {
    timeoutMs: settleMs,
    everyMs: 250,
  });
}

export interface DemoOptions {
  readonly host: SimulatedHost;
  readonly caPem: string;
  /** Where the file of the disk is written. */
  readonly directory: string;
}

/** Local storage, a template and a running guest on one host: the same steps as `npm start`. */
export async function runDemoGuest(client: ManagerClient, { host, caPem, directory }: DemoOptions): Promise<void> {
  await local.ensureStorage(client, host.hostName, "/simulated");
  const diskFile = join(directory, "demo.qcow2");
  await writeFile(diskFile, qcow2Header(GiB));
  await ensureTemplate(client, { ca: caPem }, diskFile);
  await waitForGuest(client, await ensureRunning(client, "demo"));
}

/** As much of a qcow2 image as tells its size; a simulated host looks no further. */
function qcow2Header(virtualBytes: number): Buffer {
  const header = Buffer.alloc(104);
  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(3, 4); // version
  header.writeUInt32BE(16, 20); // cluster bits
  header.writeBigUInt64BE(BigInt(virtualBytes), 24);
  header.writeUInt32BE(header.length, 100);
  return header;
}
