// Which host of the lab is the Storage Pool Manager: as the Manager says, and as the hosts' sanlock knows.
import { poll } from "@yagura/std/poll.ts";
import type { StorageHost } from "./storage-host.ts";
import type { ThreeHosts } from "./three-hosts-nfs.ts";

/** The host that the Manager takes for the SPM. Two of them are an error. */
export async function findSpm({ manager, hosts }: ThreeHosts): Promise<StorageHost | undefined> {
  const found = (await manager.client.hosts.list()).filter(({ spm }) => spm?.status === "spm");
  if (found.length > 1) throw new Error(`the Manager has ${found.length} SPMs: ${found.map(({ name }) => name)}`);
  return hosts.find(({ id }) => id === found[0]?.id);
}

/** Waits until there is an SPM that is wanted; any by default. */
export function untilSpm(
  three: ThreeHosts,
  {
    isWanted = () => true,
    timeoutMs,
    everyMs = 250,
  }: { isWanted?: (host: StorageHost) => boolean; timeoutMs: number; everyMs?: number },
): Promise<StorageHost> {
  const look = async (): Promise<StorageHost | undefined> => {
    const spm = await findSpm(three);
    return spm !== undefined && isWanted(spm) ? spm : undefined;
  };
  return poll("a host to be SPM", look, { timeoutMs, everyMs });
}

/** The hosts whose sanlock has an `SDM` lease for some process, of those that are on and run. */
export async function hostsWithSpmLease(hosts: readonly StorageHost[]): Promise<StorageHost[]> {
  const found: StorageHost[] = [];
  for (const host of hosts) {
    const { stdout } = await host.machine.run("sanlock", ["client", "status"]);
    if (/^r \S+:SDM:/m.test(stdout)) found.push(host);
  }
  return found;
}
