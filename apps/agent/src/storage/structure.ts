import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { StorageDomains } from "./contract/domains.ts";
import type { Pools } from "./pool/pools.ts";
import type { Storage } from "./storage.ts";

interface StructureWorld {
  readonly domains: StorageDomains;
  readonly pools: Pools;
  /** Looks at all domains. */
  look(): Promise<void>;
}

export interface Structure extends Pick<Storage, "domains" | "pools"> {
  /** Resolves when no change is under way any more. */
  idle(): Promise<void>;
}

/** Changes to domains and pools as a whole are few and short: one after the other, whatever they concern. */
export function openStructure({ domains, pools, look }: StructureWorld): Structure {
  const queue = new KeyedQueue<"structure">();
  const inTurn =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      queue.run("structure", () => call(...args));
  const thenLook =
    <Args extends readonly unknown[]>(call: (...args: Args) => Promise<void>) =>
    async (...args: Args): Promise<void> => {
      await call(...args);
      // The Manager asks for the vitals right after: it shall not hear of the time before.
      await look();
    };

  return {
    domains: {
      ...domains,
      create: inTurn(domains.create),
      format: inTurn(domains.format),
      attach: inTurn(domains.attach),
      detach: inTurn(domains.detach),
      activate: inTurn(thenLook(domains.activate)),
      deactivate: inTurn(domains.deactivate),
      setDescription: inTurn(domains.setDescription),
    },
    pools: {
      create: inTurn((pool) => pools.create(pool)),
      destroy: inTurn((poolId, epoch) => pools.destroy(poolId, epoch)),
      connect: inTurn(thenLook((pool) => pools.connect(pool))),
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
