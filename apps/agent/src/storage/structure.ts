import type { StorageDomainId } from "@yagura/std/ids.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { StorageDomains } from "./contract/domains.ts";
import type { NewPool, PoolConnection } from "./contract/pools.ts";
import type { PoolId } from "./contract/spm-order.ts";
import { askInPassing } from "./domains/ask-in-passing.ts";
import { requireAnswer } from "./domains/require-answer.ts";
import type { Pools } from "./pool/pools.ts";
import type { Storage } from "./storage.ts";

interface StructureWorld {
  readonly domains: StorageDomains;
  readonly pools: Pools;
  /** Looks at all domains. */
  look(): Promise<void>;
  /** Something small of a domain, and of the storage at a path, to see whether it answers. */
  askDomain(domainId: StorageDomainId): Promise<unknown>;
  askStorage(path: string): Promise<unknown>;
}

export interface Structure extends Pick<Storage, "domains" | "pools"> {
  /** Resolves when no change is under way any more. */
  idle(): Promise<void>;
}

/**
 * Changes to domains and pools as a whole are few and short: one after the other, whatever they concern. So that they stay
 * short, it is seen before its turn whether what one needs answers.
 */
export function openStructure({ domains, pools, look, askDomain, askStorage }: StructureWorld): Structure {
  const queue = new KeyedQueue<"structure">();
  const inTurn =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      queue.run("structure", () => call(...args));
  const thenLook =
    <Args extends readonly unknown[]>(call: (...args: Args) => Promise<void>) =>
    async (...args: Args): Promise<void> => {
      await call(...args);
      // The Manager asks for the vitals right after: it shall not hear of the time before. What is silent says nothing new.
      await askInPassing("looking at all domains", look);
    };
  const afterAnswers =
    <Args extends readonly unknown[], Result>(
      needs: (...args: Args) => readonly StorageDomainId[],
      call: (...args: Args) => Promise<Result>,
    ) =>
    async (...args: Args): Promise<Result> => {
      const ask = (domainId: StorageDomainId): Promise<void> =>
        requireAnswer(`reading domain ${domainId}`, () => askDomain(domainId));
      await Promise.all(needs(...args).map(ask));
      return call(...args);
    };
  const ofDomain = <Args extends readonly [domainId: StorageDomainId, ...unknown[]]>(
    call: (...args: Args) => Promise<void>,
  ): ((...args: Args) => Promise<void>) => afterAnswers((...[domainId]: Args) => [domainId], inTurn(call));
  const domainsOf = (poolId: PoolId): StorageDomainId[] =>
    pools.listConnected().includes(poolId) ? [...pools.get(poolId).domains.keys()] : [];

  return {
    domains: {
      ...domains,
      async create(domain) {
        await requireAnswer(`looking at ${domain.path}`, () => askStorage(domain.path));
        await queue.run("structure", () => domains.create(domain));
      },
      format: ofDomain(domains.format),
      attach: ofDomain(domains.attach),
      detach: ofDomain(domains.detach),
      activate: ofDomain(thenLook(domains.activate)),
      // Also one that does not answer.
      deactivate: inTurn(domains.deactivate),
      setDescription: ofDomain(domains.setDescription),
    },
    pools: {
      create: afterAnswers(
        ({ domainIds }: NewPool) => domainIds,
        inTurn((pool: NewPool) => pools.create(pool)),
      ),
      destroy: afterAnswers(
        domainsOf,
        inTurn((poolId: PoolId, epoch?: number) => pools.destroy(poolId, epoch)),
      ),
      connect: afterAnswers(
        ({ masterDomainId }: PoolConnection) => [masterDomainId],
        inTurn(thenLook((pool: PoolConnection) => pools.connect(pool))),
      ),
      disconnect: inTurn((poolId) => pools.disconnect(poolId)),
      getInfo: (poolId) => pools.getInfo(poolId),
      startSpm: (poolId, candidate) => pools.startSpm(poolId, candidate),
      stopSpm: inTurn((poolId) => pools.stopSpm(poolId)),
      getSpmStatus: (poolId) => pools.getSpmStatus(poolId),
      findPoolOf: (domainId) => pools.findPoolOf(domainId),
      requireSpm: (poolId, epoch) => pools.requireSpm(poolId, epoch),
      switchMaster: inTurn((poolId, move) => pools.switchMaster(poolId, move)),
      // It may wait for minutes, and concerns no pool that this host is connected to.
      reconstructMaster: (master) => pools.reconstructMaster(master),
      upgrade: (poolId, version, epoch) => pools.upgrade(poolId, version, epoch),
      listConnected: () => pools.listConnected(),
    },
    idle: () => queue.idle(),
  };
}
