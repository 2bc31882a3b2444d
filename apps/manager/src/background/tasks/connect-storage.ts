import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter, listDataCenters } from "../../db/queries/data-centers.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { replaceMaster } from "../../operations/storage-domains/replace-master.ts";
import { listHostsOfDataCenter } from "../../operations/storage-domains/storage-host.ts";
import { afterStart, afterStop } from "../../spm/after-deed.ts";
import { decideSpm } from "../../spm/decide-spm.ts";
import type { PoolView } from "../../spm/pool-view.ts";
import type { SpmDecision } from "../../spm/spm-decision.ts";
import type { BackgroundTask } from "../driver.ts";
import { FreshLooks } from "../fresh-looks.ts";
import { SideBySide } from "../side-by-side.ts";
import { carryOutStart, carryOutStop, followStart } from "../spm/carry-out.ts";
import { type HostLooks, lookAtPool, type PoolRecords, type StorageParts } from "../spm/look-at-pool.ts";
import { isDriven, recordNobody, recordSpm, recordWaiting } from "../spm/record-spm.ts";
import { SpmMemory } from "../spm/spm-memory.ts";
import { readSpaces, watchDomains } from "../storage/watch-domains.ts";

/** So long one look waits for its hosts: the answer of one that hangs is not worth the others' time. */
const HOSTS_MS = 1000;
/** A stop is followed by a start, a start by the role: within one activation. Then the others' storage is looked at again. */
const ROUNDS_MAX = 6;

export interface ConnectStorageParts extends StorageParts {
  /** How long a host may alone miss a domain before it counts as unusable. */
  readonly graceMs: number;
}

/** Keeps every data center's storage in use: its hosts connected, one of them the manager of its structure, its domains watched. */
export function connectStorage(parts: ConnectStorageParts): BackgroundTask<Record<string, string>> {
  const memories = new Map<DataCenterId, SpmMemory>();
  const hostLooks: HostLooks = new FreshLooks("read the lease of the storage pool manager at a host", HOSTS_MS);
  const looks = new SideBySide<DataCenterId>("use the storage of a data center");
  return {
    name: "connect-storage",
    periodMs: 3000,
    async activate(context) {
      const all = await listDataCenters(context.db);
      const names = new Map(all.map(({ id, name }) => [id, name]));
      for (const id of memories.keys()) {
        if (names.has(id)) continue;
        memories.delete(id);
        parts.sights.forgetDataCenter(id);
      }
      const driven = all.filter(({ status }) => status !== "uninitialized" && status !== "maintenance");
      const ids = driven.map(({ id }) => id);
      const reports = await looks.look(context, ids, (id) => {
        const memory = memories.get(id) ?? new SpmMemory();
        memories.set(id, memory);
        return keepInUse(context, { ...parts, looks: hostLooks, memory }, id);
      });
      return Object.fromEntries([...reports].map(([id, report]) => [names.get(id), report]));
    },
  };
}

type Parts = ConnectStorageParts & { readonly looks: HostLooks; readonly memory: SpmMemory };

async function keepInUse(context: OpContext, parts: Parts, dataCenterId: DataCenterId): Promise<string> {
  let known: PoolView | undefined;
  for (let round = 1; ; round++) {
    if (!(await isDriven(context.db, dataCenterId))) return "not in use, or locked";
    const records = await readRecords(context, dataCenterId);
    const view = known ?? (await lookAtPool(context, parts, records));
    // A saga may have taken the data center meanwhile, and does with the role what it has to.
    if (known === undefined && !(await isDriven(context.db, dataCenterId))) return "not in use, or locked";
    const decision = decideSpm(view);
    known = await carryOut(context, parts.memory, records, view, decision);
    if (decision.do === "replace the master") await replaceLostMaster(context, dataCenterId);
    const isActing = decision.do === "start" || decision.do === "stop";
    if (isActing) parts.looks.forgetLate();
    if (isActing && round < ROUNDS_MAX) continue;
    await watchDomains(context, parts, records);
    const spm = decision.do === "nothing" ? decision.spm : undefined;
    if (spm !== undefined) await readSpaces(context, spm, records.domains, parts.sights);
    return describe(records, decision);
  }
}

/** The saga has the data center for itself until another domain is the master, or it is clear that none can be. */
async function replaceLostMaster(context: OpContext, dataCenterId: DataCenterId): Promise<void> {
  try {
    await replaceMaster(context, dataCenterId);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    context.log.warn("the master cannot be replaced", { dataCenterId, error: describeError(error) });
  }
}

async function readRecords({ db }: OpContext, dataCenterId: DataCenterId): Promise<PoolRecords> {
  return {
    dataCenter: await getDataCenter(db, dataCenterId),
    hosts: await listHostsOfDataCenter(db, dataCenterId),
    domains: await listStorageDomains(db, { dataCenterId }),
  };
}

/** Returns what the view is now, where the deed tells. */
async function carryOut(
  context: OpContext,
  memory: SpmMemory,
  { dataCenter, hosts }: PoolRecords,
  view: PoolView,
  decision: SpmDecision,
): Promise<PoolView | undefined> {
  const { because } = decision;
  const hostOf = (hostId: HostId | undefined) => hosts.find(({ id }) => id === hostId);
  const actor = "host" in decision ? hostOf(decision.host) : undefined;
  if (actor !== undefined) {
    const deed = { dataCenter, host: actor, memory, because };
    if (decision.do === "stop") return (await carryOutStop(context, deed)) ? afterStop(view, actor.id) : undefined;
    const report = await carryOutStart(context, deed);
    return report?.role === "spm" ? afterStart(view, actor.id, report.lease) : undefined;
  }
  const spm = decision.do === "nothing" ? hostOf(decision.spm) : undefined;
  const epoch = view.hosts.find(({ id }) => id === spm?.id)?.lease?.version;
  if (spm !== undefined && epoch !== undefined) {
    await recordSpm(context, epoch, { dataCenter, host: spm, memory, because });
    return undefined;
  }
  const contender = hostOf(view.hosts.find(({ role }) => role === "contending")?.id);
  if (contender === undefined) {
    await recordNobody(context, { dataCenter, memory, because });
    return undefined;
  }
  await recordWaiting(context, contender.id, { dataCenter, because });
  await followStart(context, { dataCenter, host: contender, memory });
  context.wake("connect-storage");
  return undefined;
}

function describe({ hosts }: PoolRecords, decision: SpmDecision): string {
  const hostId = "host" in decision ? decision.host : decision.do === "nothing" ? decision.spm : undefined;
  const name = hosts.find(({ id }) => id === hostId)?.name;
  const what =
    decision.do === "nothing" ? (name === undefined ? "" : `${name} is SPM: `) : `${decision.do} ${name ?? ""}: `;
  return `${what}${decision.because}`;
}
