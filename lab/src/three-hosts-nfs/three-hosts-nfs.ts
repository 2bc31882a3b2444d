// A Manager, an NFS server and three hosts with kernels of their own that are one data center: sanlock with a watchdog,
// libvirt and the agent on each. Everything about shared storage can be tried and broken here.
import { join } from "node:path";
import type { ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { type LabManager, startLabManager, untilHostIs } from "../lab-manager.ts";
import { createLab, type Lab } from "../namespace-host.ts";
import { areCapabilitiesKnown, keepCapabilities, libvirtPrograms } from "../uml/libvirt.ts";
import { nfsPrograms } from "../uml/nfs.ts";
import { sanlockPrograms } from "../uml/sanlock.ts";
import { whyNoUml } from "../uml/uml-support.ts";
import { NfsServer } from "./nfs-server.ts";
import { StorageHost } from "./storage-host.ts";

export const clusterName = "shared";
export const exportNames = ["data", "data2"] as const;
const serverNumber = 9;
const titles = ["one", "two", "three"] as const;

const settleMs = 120_000;

export interface ThreeHosts extends AsyncDisposable {
  readonly lab: Lab;
  /** What the lab keeps, a folder each. */
  readonly directory: string;
  readonly manager: LabManager;
  readonly server: NfsServer;
  readonly hosts: readonly StorageHost[];
  /** The data center and its cluster have the name `clusterName`. */
  readonly dataCenterId: string;
}

export interface ThreeHostsOptions {
  /** At most six letters; see `createLab`. */
  readonly name: string;
  /** Empty. It stays. */
  readonly directory: string;
  /** Of the data center's leases. */
  readonly ioTimeoutSeconds?: 2 | 5 | 10;
  readonly say?: (line: string) => void;
}

/** Why this lab cannot be built here, or `false`; for the `skip` of a test. */
export function whyNoThreeHosts(): Promise<string | false> {
  return whyNoUml({ ...nfsPrograms, ...sanlockPrograms, ...libvirtPrograms });
}

/** Builds the lab, with all hosts up and no storage yet; when disposed of, everything in it ends at once. */
export async function startThreeHosts(options: ThreeHostsOptions): Promise<ThreeHosts> {
  const { name, directory, say = () => undefined } = options;
  await using started = new AsyncDisposableStack();
  const lab = started.use(await createLab(name, 0));
  say("starting the Manager and the NFS server");
  const [manager, server] = await Promise.all([
    startLabManager(lab, join(directory, "manager")).then((one) => started.use(one)),
    NfsServer.start({ lab, number: serverNumber, directory: join(directory, "nfs") }).then((one) => started.use(one)),
  ]);
  for (const exported of exportNames) await server.add(exported);
  const dataCenterId = await addSharedDataCenter(manager.client, options.ioTimeoutSeconds ?? 10);
  const hosts = await Promise.all(
    titles.map(async (title, index) => {
      const { value: ticket = "" } = await manager.client.host_tickets.add({ cluster: { name: clusterName } });
      const number = index + 1;
      const host = await StorageHost.create({ lab, manager, number, title, directory: join(directory, title), ticket });
      return started.use(host);
    }),
  );
  say("starting the hosts");
  const known = await areCapabilitiesKnown();
  await Promise.all(hosts.map((host) => host.boot()));
  await Promise.all(hosts.map((host) => untilHostIs(manager.client, host.id, "up")));
  const [one] = hosts;
  if (!known && one !== undefined) await keepCapabilities(one.machine);
  const parts = started.move();
  return { lab, directory, manager, server, hosts, dataCenterId, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function addSharedDataCenter(client: ManagerClient, ioTimeoutSeconds: number): Promise<string> {
  const { id = "" } = await client.data_centers.add({ name: clusterName, local: false });
  await client.data_centers.at(id).spm.update({ io_timeout: ioTimeoutSeconds });
  await client.clusters.add({ name: clusterName, data_center: { id }, cpu: { architecture: "x86_64" } });
  return id;
}

/** Makes an export of the lab's server, or of another one, a storage domain of this name, attached and active; its id. */
export async function addNfsDomain(
  three: ThreeHosts,
  exported: string,
  { server = three.server }: { readonly server?: NfsServer } = {},
): Promise<string> {
  const { client } = three.manager;
  const { id = "" } = await client.storage_domains.add({
    name: exported,
    type: "data",
    host: { name: titles[0] },
    storage: { type: "nfs", address: server.machine.address, path: `/${exported}` },
  });
  const attached = client.data_centers.at(three.dataCenterId).storage_domains;
  await attached.add({ id });
  await untilDomainIs(three, id, "active");
  return id;
}

export async function untilDomainIs(
  three: ThreeHosts,
  domainId: string,
  status: string,
  { timeoutMs = settleMs }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  const attached = three.manager.client.data_centers.at(three.dataCenterId).storage_domains;
  await poll(
    `storage domain ${domainId} to be ${status}`,
    async () => (await attached.get(domainId)).status === status,
    {
      timeoutMs,
      everyMs: 250,
    },
  );
}
