import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import type { PoolConnection } from "../contract/pools.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { DomainFinder } from "../domains/known-domains.ts";
import { StorageError } from "../errors.ts";
import { asRegular } from "./master-files.ts";

/** A domain that takes longer is not asked who the master is. */
const READ_MS = 5_000;

interface SeenMaster {
  readonly domainId: StorageDomainId;
  readonly version: number;
}

/**
 * Checks that a domain is the master of its pool, in that version, and that none of the others is a later one: while the role
 * moves, two may say that they are, and the higher version is right. Returns those that still say so and are not any more.
 * @throws StorageError 304 or 324
 */
export async function checkMaster(known: DomainFinder, connection: PoolConnection): Promise<readonly SeenMaster[]> {
  const { poolId, masterDomainId, masterVersion, domains } = connection;
  const domain = await known.find(masterDomainId);
  if (domain === undefined) {
    throw new StorageError(
      "StoragePoolMasterNotFound",
      `the master ${masterDomainId} of pool ${poolId} is not on this host`,
    );
  }
  const metadata = await domain.readMetadata();
  if (!isMasterOf(metadata, poolId) || metadata.masterVersion !== masterVersion) {
    const found = `${metadata.role} of ${metadata.poolIds.join(", ") || "no pool"}, version ${metadata.masterVersion ?? "none"}`;
    throw new StorageError(
      "StoragePoolWrongMaster",
      `domain ${masterDomainId} is not master ${masterVersion} of pool ${poolId}: ${found}`,
    );
  }
  const others = [...(domains?.keys() ?? [])].filter((domainId) => domainId !== masterDomainId);
  const masters = await listMasters(known, poolId, others);
  const later = masters.find(({ version }) => version > masterVersion);
  if (later === undefined) return masters;
  throw new StorageError(
    "StoragePoolWrongMaster",
    `domain ${later.domainId} is master ${later.version} of pool ${poolId}, and so ${masterDomainId} is not any more`,
  );
}

/** Those of some domains that say they are the master of a pool. What cannot be read now is left out. */
async function listMasters(
  known: DomainFinder,
  poolId: PoolId,
  domainIds: readonly StorageDomainId[],
): Promise<SeenMaster[]> {
  const seen = await Promise.all(
    domainIds.map(async (domainId) => {
      try {
        const metadata = await withDeadline(`reading domain ${domainId}`, READ_MS, async () =>
          (await known.find(domainId))?.readMetadata(),
        );
        if (metadata === undefined || !isMasterOf(metadata, poolId)) return undefined;
        return { domainId, version: metadata.masterVersion ?? 0 };
      } catch {
        // Its vitals say what is wrong with it; whoever is the master is not known from here.
        return undefined;
      }
    }),
  );
  return seen.filter((master) => master !== undefined);
}

/** Takes the role from those that the master of a later version has left behind. */
export async function demote(
  known: DomainFinder,
  poolId: PoolId,
  { masters, log }: { readonly masters: readonly SeenMaster[]; readonly log: Log },
): Promise<void> {
  for (const { domainId, version } of masters) {
    const what = { poolId, domainId, masterVersion: version };
    try {
      await withDeadline(`demoting domain ${domainId}`, READ_MS, async () => {
        const domain = await known.get(domainId);
        await domain.writeMetadata(asRegular(await domain.readMetadata()));
      });
      log.info("a domain that was master before is not any more", what);
    } catch (error) {
      // The higher version is the master all the same; whoever takes over next tries again.
      log.warn("a domain that was master before still says so", { ...what, error: describeError(error) });
    }
  }
}

function isMasterOf({ role, poolIds }: DomainMetadata, poolId: PoolId): boolean {
  return role === "Master" && poolIds.includes(poolId);
}
