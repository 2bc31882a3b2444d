import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { Intent } from "../tasks/intent.ts";
import { openTaskStore, type TaskStore } from "../tasks/task-store.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { listDoomed } from "../volumes/delete-image.ts";
import type { ConnectedPool } from "./connected-pool.ts";
import { checkMaster, demote } from "./find-master.ts";
import { inTime } from "./in-time.ts";
import type { SpmTerm } from "./spm-term.ts";

interface TakeOverWorld {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly tasks: Tasks;
  readonly log: Log;
}

/**
 * How long the pool waits for what the SPM before left unfinished. Most takes milliseconds; what takes longer, as wiping does
 * or a dead host's lease, goes on while the pool has an SPM again, with the images locked.
 */
const SETTLE_MS = 2_000;
/** A domain that does not answer is tidied by whoever takes over next. */
const TIDY_MS = 2_000;

/** What a new SPM does before it is one: from here on the journal is its own. Only the master must answer. */
export async function takeOver(
  world: TakeOverWorld,
  pool: ConnectedPool,
  master: StorageDomain,
  term: SpmTerm,
): Promise<void> {
  const { known, log } = world;
  const files = term.guard(world.files);
  // It may have moved since this host was connected. To look is no effect: the end of the term does not wait for a domain that
  // does not answer.
  const masters = await checkMaster(known, pool.connection);
  await demote(known.through(files), pool.connection.poolId, { masters, log });
  await files.makeDirectory(master.paths.masterTasks);
  await files.makeDirectory(master.paths.masterVms);
  const intents = await settleLeftovers(world, pool.connection.poolId, journalOf(master, files, log));
  const active = [...pool.domains].flatMap(([domainId, status]) => (status === "active" ? [domainId] : []));
  await Promise.all(active.map((domainId) => tidyDomain(world, domainId, intents, term)));
}

/** The journal of a pool's tasks, written within a term. */
export function journalOf(master: StorageDomain, files: StorageFiles, log: Log): TaskStore {
  return openTaskStore(master.paths, files, log);
}

/** Begins to settle what a journal says was begun, and waits a little. Returns all of it. */
export async function settleLeftovers(
  { tasks, log }: Pick<TakeOverWorld, "tasks" | "log">,
  poolId: ConnectedPool["connection"]["poolId"],
  journal: TaskStore,
): Promise<readonly Intent[]> {
  const { intents, settled } = await tasks.recover(journal);
  await inTime("settling what was left unfinished", SETTLE_MS, settled).catch(() => {
    log.info("what was left unfinished is still being settled; the images concerned are locked", { poolId });
  });
  return intents;
}

async function tidyDomain(
  { known, files, log }: TakeOverWorld,
  domainId: StorageDomainId,
  intents: readonly Intent[],
  term: SpmTerm,
): Promise<void> {
  const kept = intents.flatMap((intent) =>
    intent.domainId === domainId && "imageId" in intent ? [intent.imageId] : [],
  );
  try {
    await withDeadline(`tidying domain ${domainId}`, TIDY_MS, async (signal) => {
      const domain = await known.find(domainId);
      const doomed = domain === undefined ? [] : await listDoomed(domain, { files }, kept);
      for (const path of doomed) {
        signal.throwIfAborted();
        await term.guard(files).remove(path);
      }
    });
  } catch (error) {
    log.warn("what deleted images have left in a domain stays for now", { domainId, error: describeError(error) });
  }
}
