import type { CallContext, SomeVerbs } from "@yagura/agent-protocol";
import { findId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { StoragePools } from "../storage/contract/pools.ts";
import type { PoolId } from "../storage/contract/spm-order.ts";

/**
 * The verbs that change the structure of a pool, and how their parameters name it. The one place that says which they are:
 * elsewhere than at its SPM, and in another epoch than the one that the caller means, they are refused before anything is
 * looked at. That the role does not end in the middle is seen to where storage is written (`pool/spm-term.ts`).
 */
export const spmOnlyVerbs = {
  "StoragePool.destroy": "pool",
  "StoragePool.switchMaster": "pool",
  "StoragePool.upgrade": "pool",
  "StoragePool.prepareMerge": "pool",
  "StoragePool.finalizeMerge": "pool",
  "StorageDomain.attach": "pool",
  "StorageDomain.detach": "pool",
  "StorageDomain.activate": "pool",
  "StorageDomain.deactivate": "pool",
  /** A domain that belongs to no pool has no SPM; only those of pools are kept. */
  "StorageDomain.setDescription": "domain",
  "Volume.create": "pool",
  "Volume.copy": "pool",
  "Volume.delete": "pool",
  "Volume.extendSize": "pool",
  "Volume.setDescription": "pool",
  "Volume.setLegality": "pool",
  "Image.delete": "pool",
  "Image.deleteVolumes": "pool",
  "Lease.create": "lease",
  "Lease.delete": "lease",
  "Lease.rebuild_leases": "domain",
} as const satisfies Readonly<Record<string, NamesPool>>;

type NamesPool = "pool" | "domain" | "lease";

type AnyVerb = (params: unknown, context: CallContext) => Promise<unknown>;

interface Params {
  readonly storagepoolID?: string;
  readonly storagedomainID?: string;
  readonly sd_id?: string;
  readonly lease?: { readonly sd_id: string };
}

/** The same verbs, of which those in the table are refused (654) where this host is not the SPM. */
export function withSpmOnly(verbs: SomeVerbs, pools: Pick<StoragePools, "requireSpm" | "findPoolOf">): SomeVerbs {
  const table: Readonly<Record<string, NamesPool | undefined>> = spmOnlyVerbs;
  const wrapped = Object.entries(verbs).map(([namespace, members]) => [
    namespace,
    Object.fromEntries(
      Object.entries(members as Readonly<Record<string, AnyVerb>>).map(([name, verb]) => {
        const names = table[`${namespace}.${name}`];
        if (names === undefined) return [name, verb];
        const guarded: AnyVerb = async (params, context) => {
          const poolId = findPool(params as Params, names, pools);
          if (poolId !== undefined) pools.requireSpm(poolId, context.spmEpoch);
          return verb(params, context);
        };
        return [name, guarded];
      }),
    ),
  ]);
  // Same names, same functions, only some are guarded.
  return Object.fromEntries(wrapped) as SomeVerbs;
}

function findPool(params: Params, names: NamesPool, pools: Pick<StoragePools, "findPoolOf">): PoolId | undefined {
  if (names === "pool") return findId<PoolId>(params.storagepoolID ?? "");
  const domainId = findId<StorageDomainId>(params.storagedomainID ?? params.lease?.sd_id ?? params.sd_id ?? "");
  return domainId === undefined ? undefined : pools.findPoolOf(domainId);
}
