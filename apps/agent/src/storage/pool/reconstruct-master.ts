import { describeError } from "@yagura/std/describe-error.ts";
import { AgentError } from "../../errors.ts";
import type { NewMaster } from "../contract/pools.ts";
import { StorageError } from "../errors.ts";
import { inTime } from "./in-time.ts";
import { asMaster, clearMasterFiles } from "./master-files.ts";
import type { HeldSpmLock } from "./spm-lock.ts";
import type { SpmRoleWorld } from "./spm-role.ts";
import { SpmTerm } from "./spm-term.ts";
import { withoutSilent } from "./without-silent.ts";

/** As long as joining after an unclean end, and a dead owner's lease, may take. */
const ACQUIRE_MS = 600_000;
const RELEASE_MS = 60_000;

/**
 * Makes a domain the master of its pool when the one before cannot be reached. There is no SPM meanwhile: the lease of the
 * new master is held for as long as it takes. The host stays a member of its lockspace, where it will be needed when the pool is
 * connected, or be left. Unfinished work that only the lost journal knew stays unfinished. Repeating is
 * harmless.
 */
export async function reconstructMaster(
  world: SpmRoleWorld,
  { poolId, hostNumber, masterDomainId, masterVersion }: NewMaster,
): Promise<void> {
  const { known, lock } = world;
  const domain = await known.get(masterDomainId);
  const signal = AbortSignal.timeout(ACQUIRE_MS);
  const held = await lock.acquire(domain, { hostNumber, signal, onProgress: () => undefined });
  const term = new SpmTerm(poolId, held.epoch);
  void held.ended.then(() => term.end("the lease was lost"));
  try {
    const files = term.guard(world.files);
    const target = domain.withFiles(files);
    const metadata = await target.readMetadata();
    if (!metadata.poolIds.includes(poolId)) {
      const text = `domain ${masterDomainId} does not belong to pool ${poolId}, and cannot be its master`;
      throw new StorageError("StorageDomainNotInPool", text);
    }
    if (metadata.class !== "Data") {
      throw new StorageError("StorageDomainClassError", `a domain of class ${metadata.class} cannot be the master`);
    }
    const present = metadata.masterVersion ?? 0;
    if (present > masterVersion) {
      const text = `domain ${masterDomainId} was master ${present} already, which is later than ${masterVersion}`;
      throw new StorageError("StoragePoolWrongMaster", text);
    }
    if (metadata.role === "Master" && present === masterVersion) return;
    // One that says it is the master has a journal that is still needed.
    if (metadata.role !== "Master") await clearMasterFiles(target, files);
    await target.writeMetadata(asMaster(metadata, masterVersion));
    world.log.warn("a domain was made master in place of one that cannot be reached", {
      poolId,
      domainId: masterDomainId,
      masterVersion,
    });
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw new StorageError("ReconstructMasterError", `cannot make domain ${masterDomainId} the master`, { cause });
  } finally {
    term.end("the master was reconstructed");
    await giveBack(world, term, held);
  }
}

/** What cannot be given back must not stay with a process that does not know of it. */
async function giveBack(world: SpmRoleWorld, term: SpmTerm, held: HeldSpmLock): Promise<void> {
  const release = async (): Promise<void> => {
    await withoutSilent(world, term.whenIdle());
    await world.whenWritersDead();
    await held.release();
  };
  try {
    await inTime("giving the lease back", RELEASE_MS, release());
  } catch (cause) {
    world.endProcess(`the lease of a reconstructed master could not be given back: ${describeError(cause)}`);
    throw cause;
  }
}
