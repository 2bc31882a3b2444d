import type { ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";

const settleMs = 60_000;

/** A data center for one host with local storage, and a cluster in it, both of this name. */
export async function addDataCenter(client: ManagerClient, name: string): Promise<void> {
  await client.data_centers.add({ name, local: true });
  await client.clusters.add({ name, data_center: { name }, cpu: { architecture: "x86_64" } });
}

/** A storage domain in a directory of the host, active in the data center; all three have this name. */
export async function addStorage(client: ManagerClient, name: string, path: string): Promise<void> {
  const { id = "" } = await client.storage_domains.add({
    name,
    type: "data",
    host: { name },
    storage: { type: "localfs", path },
  });
  const [dataCenter] = await client.data_centers.list({ search: `name=${name}` });
  const attached = client.data_centers.at(dataCenter?.id ?? "").storage_domains;
  await attached.add({ id });
  const isActive = async (): Promise<boolean> => (await attached.get(id)).status === "active";
  await poll(`storage domain ${name} to be active`, isActive, { timeoutMs: settleMs, everyMs: 250 });
}
