import { describeError } from "@yagura/std/describe-error.ts";
import type { TaskId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { SpmCandidate, SpmStatus } from "../contract/pools.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { EndProcess } from "../leases/process-leases.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { ConnectedPool } from "./connected-pool.ts";
import { inTime } from "./in-time.ts";
import type { SpmLock } from "./spm-lock.ts";
import type { SpmTerm } from "./spm-term.ts";
import { takeOver } from "./take-over.ts";
import { type GivesUpSilent, withoutSilent } from "./without-silent.ts";

export interface SpmRoleWorld extends GivesUpSilent {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly tasks: Tasks;
  readonly lock: SpmLock;
  readonly endProcess: EndProcess;
  /** Resolves when no process that was killed while it wrote is left. */
  whenWritersDead(): Promise<void>;
  readonly log: Log;
}

/**
 * Tasks that are nearly done are let finish; the others are undone, and the Manager asks the next SPM again. What takes longer
 * than this, as wiping does, is left to the next SPM: the journal has it.
 */
const FINISH_MS = 2_000;
const SETTLE_MS = 10_000;
const END_MS = 30_000;

/** Returns the id of the task that becomes SPM. */
export async function startSpm(
  world: SpmRoleWorld,
  pool: ConnectedPool,
  { previousLeaseVersion }: SpmCandidate = {},
): Promise<TaskId> {
  const { poolId, masterDomainId, hostNumber } = pool.connection;
  const master = await world.known.get(masterDomainId);
  return world.tasks.start({
    verb: "spmStart",
    poolId,
    locks: [],
    run: ({ signal, say }) =>
      pool.spm.start({
        master,
        hostNumber,
        signal,
        onProgress: say,
        async takeOver(term) {
          noteSurprise(world, term, previousLeaseVersion);
          await takeOver(world, pool, master, term);
        },
      }),
  });
}

/** Ends the role in the order that docs/decisions/0007-shared-storage.md demands; what cannot be ended ends the process. */
export async function stopSpm(world: SpmRoleWorld, { connection, spm }: ConnectedPool): Promise<void> {
  if (spm.isFree) return;
  const { poolId } = connection;
  const { tasks, log, endProcess } = world;
  await spm.stop(async () => {
    try {
      await inTime("finishing", FINISH_MS, tasks.whenDone(poolId)).catch(() => undefined);
      const ended = tasks.stopAll("the SPM role moves to another host", poolId);
      await inTime("settling the tasks of the SPM", SETTLE_MS, ended).catch((error: unknown) => {
        log.warn("tasks are left to the next SPM", { poolId, error: describeError(error) });
        spm.term?.end("this host gives the SPM role back");
      });
      await inTime("ending the tasks of the SPM", END_MS, withoutSilent(world, ended));
    } catch (cause) {
      endProcess(`the tasks of pool ${poolId} could not be ended: ${describeError(cause)}`);
      throw new StorageError("SpmStopError", `the tasks of pool ${poolId} could not be ended`, { cause });
    }
  });
  tasks.forgetPool(poolId);
  log.info("this host is no longer the SPM", { poolId });
}

/** Who is SPM, as far as this host can tell: from itself when it is, else from the storage. @throws StorageError 355 */
export async function readSpmStatus(world: SpmRoleWorld, { connection, spm }: ConnectedPool): Promise<SpmStatus> {
  const { hostNumber, masterDomainId } = connection;
  if (spm.state === "SPM" && spm.term !== undefined) {
    return { status: "SPM", leaseVersion: spm.term.epoch, hostNumber };
  }
  try {
    return { status: spm.state, ...(await world.lock.readOwner(await world.known.get(masterDomainId))) };
  } catch (cause) {
    throw new StorageError("StorageDomainMasterError", `cannot read who is the SPM of pool ${connection.poolId}`, {
      cause,
    });
  }
}

/** The storage is right, whatever the Manager believed; it should be told by the log. */
function noteSurprise({ log }: SpmRoleWorld, { epoch }: SpmTerm, previousLeaseVersion: number | undefined): void {
  if (previousLeaseVersion === undefined || previousLeaseVersion < 0 || previousLeaseVersion >= epoch - 1) return;
  log.warn("there were SPMs that the Manager did not know of", { epoch, previousLeaseVersion });
}
