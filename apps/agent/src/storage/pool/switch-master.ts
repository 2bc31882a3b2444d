import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { MasterSwitch } from "../contract/pools.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { type ConnectedPool, requireActive, requireSpm } from "./connected-pool.ts";
import { asMaster, asRegular, clearMasterFiles, copyJournal } from "./master-files.ts";
import type { SpmRoleWorld } from "./spm-role.ts";
import type { SpmTerm } from "./spm-term.ts";
import { journalOf, settleLeftovers } from "./take-over.ts";

interface Move {
  readonly from: StorageDomain;
  readonly to: StorageDomain;
  readonly masterVersion: number;
}

/**
 * Moves the role of the master, with the journal, to another active domain, as a task. The SPM stays, under the lease of the
 * new master and so in another epoch. From one step on the new domain is the master, because its version is higher; the one
 * before is demoted then, or by whoever sees it later.
 * @param become tells what the pool's master is from then on
 */
export function switchMaster(
  world: SpmRoleWorld,
  pool: ConnectedPool,
  { fromDomainId, toDomainId, masterVersion, epoch }: MasterSwitch,
  become: (masterDomainId: StorageDomainId, masterVersion: number) => Promise<void>,
): TaskId {
  const { poolId } = pool.connection;
  const { known, tasks, log } = world;
  requireSpm(pool, epoch);
  checkSwitch(pool, { fromDomainId, toDomainId, masterVersion });
  if (tasks.hasRunning(poolId)) throw new StorageError("TaskInProgress", `tasks of pool ${poolId} are running`);
  return tasks.start({
    verb: "switchMaster",
    poolId,
    locks: [],
    async run({ signal, say }) {
      requireSpm(pool, epoch);
      checkSwitch(pool, { fromDomainId, toDomainId, masterVersion });
      const move = { from: await known.get(fromDomainId), to: await known.get(toDomainId), masterVersion };
      const { hostNumber } = pool.connection;
      await pool.spm.move({ master: move.to, hostNumber, signal, onProgress: say }, async (terms) => {
        await promote(world, move, terms);
        await become(toDomainId, masterVersion);
        await demote(world, move, terms.before);
      });
      const term = requireSpm(pool);
      tasks.forgetPool(poolId);
      await settleLeftovers(world, poolId, journalOf(move.to, term.guard(world.files), log));
      log.info("the master of the pool moved", { poolId, from: fromDomainId, to: toDomainId, masterVersion });
    },
  });
}

function checkSwitch(pool: ConnectedPool, { fromDomainId, toDomainId, masterVersion }: MasterSwitch): void {
  const { poolId, masterDomainId, masterVersion: present } = pool.connection;
  if (fromDomainId !== masterDomainId || masterVersion <= present) {
    throw new StorageError(
      "StoragePoolWrongMaster",
      `the master of pool ${poolId} is ${masterDomainId} in version ${present}: it cannot move from ${fromDomainId} to version ${masterVersion}`,
    );
  }
  if (toDomainId === fromDomainId) {
    throw new StorageError("InvalidParameter", `domain ${toDomainId} is the master already`);
  }
  requireActive(pool, toDomainId);
}

/** Until the last write here the former master is the only one. */
async function promote(world: SpmRoleWorld, { from, to, masterVersion }: Move, terms: Terms): Promise<void> {
  const files = terms.next.guard(world.files);
  const target = to.withFiles(files);
  const metadata = await target.readMetadata();
  if (metadata.class !== "Data") {
    throw new StorageError("StorageDomainClassError", `a domain of class ${metadata.class} cannot be the master`);
  }
  await clearMasterFiles(target, files);
  await copyJournal(from, target, files);
  try {
    await target.writeMetadata(asMaster(metadata, masterVersion));
  } catch (cause) {
    // It may be written all the same; then nobody knows who the master is, unless it is taken back.
    try {
      await target.writeMetadata(asRegular(metadata));
    } catch (error) {
      world.endProcess(`whether domain ${to.domainId} is the master is unknown: ${describeError(error)}`);
    }
    throw cause;
  }
}

interface Terms {
  readonly before: SpmTerm;
  readonly next: SpmTerm;
}

/** What fails here changes nothing: the higher version is the master. */
async function demote(world: SpmRoleWorld, { from }: Move, term: SpmTerm): Promise<void> {
  try {
    const files = term.guard(world.files);
    const source = from.withFiles(files);
    await source.writeMetadata(asRegular(await source.readMetadata()));
    await clearMasterFiles(source, files);
  } catch (error) {
    world.log.warn("the former master could not be tidied up", {
      domainId: from.domainId,
      error: describeError(error),
    });
  }
}
