// A planned handover of the Storage Pool Manager, stage by stage.
import { performance } from "node:perf_hooks";
import { findSpm } from "@yagura/lab/three-hosts-nfs/spm.ts";
import type { ThreeHosts } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { type DomainPlace, watchChanges } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { poll } from "@yagura/std/poll.ts";
import { createDisk } from "./create-disk.ts";

/** Seconds since the request. */
export interface Handover {
  readonly from: string;
  readonly to: string;
  /** The Manager says that nobody is SPM any more. */
  readonly givenUp: number;
  /** The Manager says that the new host is SPM. */
  readonly isSpm: number;
  /** What it was asked for then has changed the storage, as the NFS server itself sees it: the journal of a disk. */
  readonly firstChange: number;
  /** REST says of the disk that it is ok. */
  readonly diskOk: number;
}

const patienceMs = 60_000;
const everyMs = 10;

/** An administrator asks for another SPM, and for a disk as soon as there is one. */
export async function measureHandover(three: ThreeHosts, domain: DomainPlace): Promise<Handover> {
  const old = await findSpm(three);
  const next = three.hosts.find((host) => host !== old);
  if (old === undefined || next === undefined) throw new Error("there are no two hosts");
  const changes = await watchChanges(three.server, [domain]);
  const start = performance.now();
  const until = async (what: string, isSo: () => Promise<boolean>): Promise<number> => {
    await poll(what, isSo, { timeoutMs: patienceMs, everyMs });
    return secondsSince(start);
  };
  await three.manager.client.hosts.action(next.id, "force_select_spm");
  const givenUp = await until("the old SPM to give the role up", async () => (await findSpm(three)) !== old);
  const isSpm = await until("the new SPM", async () => (await findSpm(three)) === next);
  const made = createDisk(three, domain.id).then(() => secondsSince(start));
  const changed = await changes.first(patienceMs);
  const firstChange = secondsSince(start);
  if (changed === undefined) throw new Error("the new SPM changes nothing");
  return { from: old.title, to: next.title, givenUp, isSpm, firstChange, diskOk: await made };
}

export function describeHandover({ from, to, ...stages }: Handover): string {
  const times = Object.values(stages).map((seconds) => seconds.toFixed(2));
  return `${from} -> ${to}: given up ${times[0]}, SPM ${times[1]}, first change ${times[2]}, disk ok ${times[3]} s`;
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
