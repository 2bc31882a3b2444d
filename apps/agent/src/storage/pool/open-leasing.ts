import { createSanlock, type Sanlock } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { HostIds } from "../leases/host-ids.ts";
import { type EndProcess, ProcessLeases } from "../leases/process-leases.ts";
import { openVolumeLeases, type VolumeLeases } from "../leases/volume-leases.ts";
import { chooseSpmLock } from "./choose-lock.ts";
import { type AcquireSpmLock, acquireLocalLock, localSpmLock } from "./local-lock.ts";
import { sdmLock } from "./sdm-lock.ts";
import type { SpmLock } from "./spm-lock.ts";

/** Everything by which this host may write what others see. */
export interface Leasing {
  readonly sanlock: Sanlock;
  readonly hostIds: HostIds;
  readonly volumeLeases: VolumeLeases;
  readonly lock: SpmLock;
  /** Waits for what works under a volume's lease, and gives leases back; the memberships in lockspaces stay. */
  close(): Promise<void>;
}

interface LeasingOptions {
  readonly files: StorageFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly endProcess: EndProcess;
  whenWritersDead(path: string): Promise<void>;
  readonly sanlock?: Sanlock;
  readonly unseenMs?: number;
  readonly acquireLock?: AcquireSpmLock;
}

export function openLeasing(options: LeasingOptions): Leasing {
  const { files, clock, log, endProcess, sanlock = createSanlock(), acquireLock = acquireLocalLock } = options;
  const ofProcess = new ProcessLeases({ sanlock, endProcess, log });
  const { unseenMs } = options;
  const hostIds = new HostIds({ sanlock, clock, log, ...(unseenMs !== undefined && { unseenMs }) });
  const leases: Pick<ProcessLeases, "tryAcquire" | "release"> = {
    tryAcquire: (wanted) =>
      hostIds.acquireIn(
        wanted.map(({ lockspace }) => parseId<StorageDomainId>(lockspace)),
        () => ofProcess.tryAcquire(wanted),
      ),
    release: (held) => ofProcess.release(held),
  };
  const volumeLeases = openVolumeLeases({
    sanlock,
    leases,
    files,
    endProcess,
    whenWritersDead: options.whenWritersDead,
    awaitHostId: (domain) => hostIds.wait(domain.domainId),
  });
  return {
    sanlock,
    hostIds,
    volumeLeases,
    lock: chooseSpmLock({ local: localSpmLock(acquireLock), shared: sdmLock({ sanlock, leases, hostIds, clock }) }),
    async close() {
      // Whoever waits for a host id waits in vain from here on.
      await hostIds.close();
      await volumeLeases.whenIdle();
      try {
        await ofProcess.close();
      } catch (error) {
        // They end with this process.
        log.warn("sanlock could not be told that this agent ends", { error: describeError(error) });
      }
    },
  };
}
