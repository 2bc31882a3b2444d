import type { ThreeHosts } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";

const patienceMs = 240_000;

/** Makes a disk of 64 MiB; asks again and again while there is no SPM. */
export async function createDisk(three: ThreeHosts, domainId: string): Promise<void> {
  const { client } = three.manager;
  const disk = { name: crypto.randomUUID(), format: "cow", sparse: true, provisioned_size: 64 * MiB } as const;
  const ask = async (): Promise<boolean> => {
    const added = await client.disks.add({ ...disk, storage_domains: [{ id: domainId }] }).catch(() => undefined);
    if (added?.id === undefined) return false;
    const { id } = added;
    const look = () => settledDisk(three, id);
    return (await poll("the disk to be made", look, { timeoutMs: patienceMs, everyMs: 20 })) === "ok";
  };
  await poll("a disk", ask, { timeoutMs: patienceMs, everyMs: 100 });
}

async function settledDisk({ manager }: ThreeHosts, id: string): Promise<"ok" | "gone" | undefined> {
  const found = (await manager.client.disks.list()).find((disk) => disk.id === id);
  if (found === undefined) return "gone";
  return found.status === "ok" ? "ok" : undefined;
}
