import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { StorageExternalLeases } from "../contract/external-leases.ts";
import type { SpmOrder } from "../contract/spm-order.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { RunningTask } from "../tasks/task.ts";
import { startSpmTask, type VolumesWorld } from "../volumes/spm-task.ts";
import type { VolumeWorld } from "../volumes/volume-world.ts";
import { createLease } from "./create-lease.ts";
import { deleteLease } from "./delete-lease.ts";
import { findLeasePlace, readLeaseStatus } from "./read-lease.ts";
import { rebuildLeases } from "./rebuild-leases.ts";

/** What can be done with the leases of guests. */
export function openExternalLeases(world: VolumesWorld): StorageExternalLeases {
  const { known, volumeWorld } = world;
  function start(
    verb: string,
    order: SpmOrder,
    domainId: StorageDomainId,
    work: (domain: StorageDomain, world: VolumeWorld, task: RunningTask) => Promise<void>,
  ): Promise<TaskId> {
    return startSpmTask(world, {
      verb,
      order,
      domainIds: [domainId],
      locks: [{ domainId, isLeaseIndex: true }],
      run: async (task, guarded) => work(await guarded.known.get(domainId), guarded.volumeWorld, task),
    });
  }

  return {
    create: (order, lease) =>
      start("create_lease", order, lease.domainId, (domain, guarded, task) =>
        createLease(domain, lease, guarded, task),
      ),
    delete: (order, lease) =>
      start("delete_lease", order, lease.domainId, (domain, guarded, task) =>
        deleteLease(domain, lease, guarded, task),
      ),
    rebuild: (order, domainId) =>
      start("rebuild_leases", order, domainId, (domain, guarded, task) =>
        rebuildLeases(domain, { ...guarded, nowSeconds: Math.floor(guarded.clock.nowMs() / 1000) }, task),
      ),
    async getPlace(lease) {
      const { path, offsetBytes } = await findLeasePlace(await known.get(lease.domainId), lease, volumeWorld);
      return { path, offsetBytes };
    },
    async getStatus(lease) {
      return readLeaseStatus(await known.get(lease.domainId), lease, volumeWorld);
    },
  };
}
