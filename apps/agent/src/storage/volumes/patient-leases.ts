import type { Clock } from "@yagura/std/clock.ts";
import { StorageError } from "../errors.ts";
import type { VolumeLeases } from "../leases/volume-leases.ts";

/**
 * A host that died is known to be dead at one time on one domain, and up to a renewal of its lease later on another: with an
 * io_timeout of 10 s, 20 s later. Twice that.
 */
const PATIENCE_MS = 40_000;
const RETRY_MS = 500;

/**
 * For whoever settles what a dead host began: the leases of the volumes on which it worked are free as soon as every domain
 * knows that it is dead. A living host that works on one is not waited for longer than that.
 */
export function patientLeases(leases: VolumeLeases, clock: Clock, signal: AbortSignal): VolumeLeases {
  return {
    make: (domain, imageId, volumeId) => leases.make(domain, imageId, volumeId),
    async hold(volumes, work) {
      const endMs = clock.monotonicMs() + PATIENCE_MS;
      for (;;) {
        let hasBegun = false;
        try {
          return await leases.hold(volumes, () => {
            hasBegun = true;
            return work();
          });
        } catch (error) {
          const isTaken = error instanceof StorageError && error.kind === "AcquireLockFailure" && !hasBegun;
          if (!isTaken || clock.monotonicMs() >= endMs) throw error;
        }
        await clock.sleep(RETRY_MS, signal);
      }
    },
  };
}
