// What a data centre needs until a guest can run in it, asked for through the REST API like any client would.
// Every step looks first: running it again finds what is there.
import type { ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";

/** Names of what `npm start` makes. */
export const names = {
  dataCenter: "Default",
  cluster: "Default",
  storageDomain: "local",
  template: "demo-template",
} as const;

/** How long storage, a host or a guest may take to settle on a slow machine. */
export const settleMs = 120_000;

/** A data center with local storage, and a cluster in it. */
export async function ensureCluster(client: ManagerClient): Promise<void> {
  const [dataCenter] = await client.data_centers.list({ search: `name=${names.dataCenter}` });
  if (dataCenter === undefined) await client.data_centers.add({ name: names.dataCenter, local: true });
  const [cluster] = await client.clusters.list({ search: `name=${names.cluster}` });
  if (cluster !== undefined) return;
  await client.clusters.add({
    name: names.cluster,
    data_center: { name: names.dataCenter },
    cpu: { architecture: "x86_64" },
  });
}

/** The value of a new ticket with which one host may enrol into the cluster at once. */
export async function createHostTicket(client: ManagerClient): Promise<string> {
  const { value } = await client.host_tickets.add({ cluster: { name: names.cluster } });
  if (value === undefined) throw new Error("the Manager made a ticket without a value");
  return value;
}

/** Waits until the host is up. @throws DeadlineExceeded */
export async function waitForHost(client: ManagerClient, name: string): Promise<void> {
  await poll(
    `host ${name} to be up`,
    async () => (await client.hosts.list({ search: `name=${name}` })).find((host) => host.status === "up"),
    { timeoutMs: settleMs, everyMs: 250 },
  );
}

/** A storage domain in a directory of the host, active in the data center. */
export async function ensureStorage(client: ManagerClient, host: string, path: string): Promise<void> {
  const [known] = await client.storage_domains.list({ search: `name=${names.storageDomain}` });
  const domain =
    known ??
    (await client.storage_domains.add({
      name: names.storageDomain,
      type: "data",
      host: { name: host },
      storage: { type: "localfs", path },
    }));
  const [dataCenter] = await client.data_centers.list({ search: `name=${names.dataCenter}` });
  const attached = client.data_centers.at(dataCenter?.id ?? "").storage_domains;
  const id = domain.id ?? "";
  if (!(await attached.list()).some((one) => one.id === id)) await attached.add({ id });
  await poll("the storage domain to be active", async () => (await attached.get(id)).status === "active", {
    timeoutMs: settleMs,
    everyMs: 250,
  });
}
