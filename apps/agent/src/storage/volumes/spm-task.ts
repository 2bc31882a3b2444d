import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import { requireActive, requireSpm } from "../pool/connected-pool.ts";
import type { Pools } from "../pool/pools.ts";
import type { PoolId } from "../storage.ts";
import type { ImageKey, ImageLocks } from "../tasks/image-locks.ts";
import type { RunningTask, Tasks } from "../tasks/tasks.ts";
import type { VolumeWorld } from "./volume-world.ts";

export interface VolumesWorld {
  readonly known: KnownDomains;
  readonly pools: Pools;
  readonly tasks: Tasks;
  readonly locks: ImageLocks;
  readonly volumeWorld: VolumeWorld;
}

export interface SpmTask {
  readonly verb: string;
  readonly poolId: PoolId;
  readonly domainIds: readonly StorageDomainId[];
  readonly images: readonly ImageKey[];
  run(task: RunningTask): Promise<void>;
}

/** Starts a task of the SPM, which looks again whether it is one when its turn comes. */
export async function startSpmTask(
  world: VolumesWorld,
  { verb, poolId, domainIds, images, run }: SpmTask,
): Promise<TaskId> {
  const store = await world.pools.openJournal(poolId);
  return world.tasks.start({
    verb,
    poolId,
    images,
    store,
    async run(task) {
      requireWriter(world, poolId, domainIds);
      await run(task);
    },
  });
}

/** The structure of a domain is changed by the SPM alone, and only of one that is active. */
export function requireWriter({ pools }: VolumesWorld, poolId: PoolId, domainIds: readonly StorageDomainId[]): void {
  const pool = pools.get(poolId);
  requireSpm(pool);
  for (const domainId of domainIds) requireActive(pool, domainId);
}
