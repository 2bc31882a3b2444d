import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { PoolId, SpmOrder } from "../contract/spm-order.ts";
import type { DomainFinder, KnownDomains } from "../domains/known-domains.ts";
import { requireActive, requireSpm } from "../pool/connected-pool.ts";
import type { Pools } from "../pool/pools.ts";
import type { SpmTerm } from "../pool/spm-term.ts";
import type { ImageLocks, LockKey } from "../tasks/image-locks.ts";
import type { RunningTask } from "../tasks/task.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { VolumeWorld } from "./volume-world.ts";

export interface VolumesWorld {
  readonly known: KnownDomains;
  readonly pools: Pools;
  readonly tasks: Tasks;
  readonly locks: ImageLocks;
  readonly volumeWorld: VolumeWorld;
}

/** The same, where every effect belongs to one term of the SPM and ends with it. */
export interface GuardedWorld {
  readonly known: DomainFinder;
  readonly volumeWorld: VolumeWorld;
}

export interface SpmTask {
  readonly verb: string;
  readonly order: SpmOrder;
  readonly domainIds: readonly StorageDomainId[];
  /** Nobody else works on these meanwhile. */
  readonly locks: readonly LockKey[];
  run(task: RunningTask, guarded: GuardedWorld): Promise<void>;
}

/** Starts a task of the SPM. Whatever it does, when its turn comes and until it ends, is of the term in which it was asked for. */
export async function startSpmTask(
  world: VolumesWorld,
  { verb, order, domainIds, locks, run }: SpmTask,
): Promise<TaskId> {
  const term = requireWriter(world, order, domainIds);
  const poolId = poolOf(order);
  const store = await world.pools.openJournal(poolId);
  return world.tasks.start({
    verb,
    poolId,
    locks,
    store,
    async run(task) {
      term.check();
      for (const domainId of domainIds) requireActive(world.pools.get(poolId), domainId);
      const signal = AbortSignal.any([task.signal, term.signal]);
      await run({ ...task, signal }, guardWorld(world, term));
    },
  });
}

/**
 * The structure of a domain is changed by the SPM alone, in the epoch that the caller means, and only of one that is active.
 * @throws StorageError 654, 353 or 369
 */
export function requireWriter(
  { pools }: VolumesWorld,
  order: SpmOrder,
  domainIds: readonly StorageDomainId[],
): SpmTerm {
  const pool = pools.get(poolOf(order));
  const term = requireSpm(pool, typeof order === "string" ? undefined : order.epoch);
  for (const domainId of domainIds) requireActive(pool, domainId);
  return term;
}

/** What is done with it is let through by the term alone. Programs end with the signal that they are given, which ends with it too. */
export function guardWorld(
  { known, volumeWorld }: Pick<VolumesWorld, "known" | "volumeWorld">,
  term: SpmTerm,
): GuardedWorld {
  const files = term.guard(volumeWorld.files);
  return {
    known: known.through(files),
    volumeWorld: {
      ...volumeWorld,
      files,
      qemuImg: term.guard(volumeWorld.qemuImg),
      blocks: term.guard(volumeWorld.blocks),
      leases: term.guard(volumeWorld.leases),
      sanlock: term.guard(volumeWorld.sanlock),
    },
  };
}

function poolOf(order: SpmOrder): PoolId {
  return typeof order === "string" ? order : order.poolId;
}
