import type { KnownDomains } from "../domains/known-domains.ts";
import { withoutPool } from "../domains/pool-membership.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { ConnectedPool } from "./connected-pool.ts";
import type { SpmTerm } from "./spm-term.ts";

interface DestroyPoolWorld {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly tasks: Tasks;
}

/** Gives all domains of a pool free, the master last: without it there is no pool. @throws StorageError 406 while tasks run */
export async function destroyPool(
  { files, known, tasks }: DestroyPoolWorld,
  { connection, domains }: ConnectedPool,
  term: SpmTerm,
): Promise<void> {
  const { poolId, masterDomainId } = connection;
  if (tasks.hasRunning(poolId)) throw new StorageError("TaskInProgress", `tasks of pool ${poolId} are running`);
  const finder = known.through(term.guard(files));
  const others = [...domains.keys()].filter((domainId) => domainId !== masterDomainId);
  for (const domainId of [...others, masterDomainId]) {
    const domain = await finder.get(domainId);
    await domain.writeMetadata(withoutPool(await domain.readMetadata()));
  }
}
