import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Host } from "../../domain/host/host.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { readSpm, type SpmReport } from "../../hosts/host-pools.ts";
import type { HostView, PoolView } from "../../spm/pool-view.ts";
import type { FreshLooks } from "../fresh-looks.ts";
import { connectHostToPool } from "../storage/connect-host-to-pool.ts";
import type { DomainSights } from "../storage/domain-sights.ts";
import type { ToldPools } from "../storage/told-pools.ts";
import { followStranger } from "./follow-stranger.ts";
import { readStartEnd } from "./read-start-end.ts";
import type { SpmMemory } from "./spm-memory.ts";

/** What the looking after of all data centers shares. */
export interface StorageParts {
  readonly told: ToldPools;
  readonly sights: DomainSights;
}

/** One data center with its hosts and domains as they are recorded. */
export interface PoolRecords {
  readonly dataCenter: DataCenter;
  readonly hosts: readonly Host[];
  readonly domains: readonly StorageDomain[];
}

export type HostLooks = FreshLooks<HostId, SpmReport | "not connected">;

/** Asks all hosts at once what they read from the storage, and puts it together. */
export async function lookAtPool(
  context: OpContext,
  parts: StorageParts & { readonly looks: HostLooks; readonly memory: SpmMemory },
  records: PoolRecords,
): Promise<PoolView> {
  const { memory, looks } = parts;
  const { dataCenter, hosts } = records;
  const asked = hosts.filter((host) => isAsked(context, host));
  const byId = new Map(asked.map((host) => [host.id, host]));
  const reports = await looks.look(context, [...byId.keys()], async (hostId) => {
    const host = byId.get(hostId);
    if (host === undefined) return "not connected";
    // One that is leaving is not connected anew.
    return host.status === "preparing_for_maintenance"
      ? readSpm({ calls: context.hosts.calls(hostId), signal: context.signal }, dataCenter.id)
      : connectHostToPool(context, parts.told, host, dataCenter.id);
  });
  await readStartEnd(context, memory, reports);
  const nowMs = context.clock.monotonicMs();
  const ago = (atMs: number | undefined) => (atMs === undefined ? undefined : nowMs - atMs);
  const views = hosts.map((host) => viewOf(parts, records, host, reports.get(host.id), ago));
  followMaster(parts, records, views, nowMs);
  const stranger = await followStranger(context, memory, dataCenter, views);
  const known = {
    recorded: dataCenter.spmHostId,
    wish: dataCenter.spmWishId,
    movedAgoMs: dataCenter.spmSinceMs === undefined ? undefined : context.clock.nowMs() - dataCenter.spmSinceMs,
    holderAliveAgoMs: ago(memory.holderAliveAtMs),
    masterLostForMs: ago(memory.masterLostSinceMs),
  };
  return {
    hosts: views,
    tasksUnderWay: await countTasks(context, dataCenter, views),
    ...(stranger !== undefined && { stranger }),
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<PoolView>),
  };
}

/** Also one that was away a moment ago: it may be the SPM. */
const askedStatuses: readonly Host["status"][] = [
  "up",
  "unassigned",
  "connecting",
  "non_operational",
  "preparing_for_maintenance",
];

function isAsked({ hosts }: OpContext, { id, status }: Host): boolean {
  return askedStatuses.includes(status) && hosts.linkOf(id)?.isOpen === true;
}

function stateOf({ status }: Host): HostView["state"] {
  switch (status) {
    case "up":
    case "non_operational":
      return status;
    case "preparing_for_maintenance":
      return "preparing";
    case "unassigned":
    case "connecting":
    case "non_responsive":
      return "silent";
    default:
      return "maintenance";
  }
}

function viewOf(
  { memory, sights }: { readonly memory: SpmMemory; readonly sights: DomainSights },
  { domains }: PoolRecords,
  host: Host,
  report: SpmReport | "not connected" | undefined,
  ago: (atMs: number | undefined) => number | undefined,
): HostView {
  const said = report === undefined || report === "not connected" ? undefined : report;
  const master = domains.find(({ isMaster }) => isMaster);
  const sight = master && sights.of(host.id)?.get(master.id);
  const [failedAgoMs, keptAgoMs] = [ago(memory.failedAtMs.get(host.id)), ago(memory.keptAtMs.get(host.id))];
  return {
    id: host.id,
    name: host.name,
    number: host.poolNumber,
    state: stateOf(host),
    spmPriority: host.spmPriority,
    // Its own start is not over yet, whatever it says in between.
    role:
      said === undefined
        ? "unknown"
        : memory.start?.hostId === host.id && said.role === "free"
          ? "contending"
          : said.role,
    ...(said !== undefined && { lease: said.lease }),
    readsMaster: report !== "not connected" && sight?.isValid !== false,
    ...(sight?.isAcquired === false && { isJoining: true }),
    ...(failedAgoMs !== undefined && { failedAgoMs }),
    ...(keptAgoMs !== undefined && { keptAgoMs }),
  };
}

/** Since when no host that answers reads the master, while some other domain is read. */
function followMaster(
  { memory, sights }: { readonly memory: SpmMemory; readonly sights: DomainSights },
  { domains }: PoolRecords,
  views: readonly HostView[],
  nowMs: number,
): void {
  const master = domains.find(({ isMaster }) => isMaster);
  const seen = views.flatMap(({ id }) => sights.of(id) ?? []);
  const isLost =
    master !== undefined &&
    seen.length > 0 &&
    seen.every((each) => each.get(master.id)?.isValid !== true) &&
    seen.some((each) => [...each.values()].some(({ isValid }) => isValid));
  memory.masterLostSinceMs = isLost ? (memory.masterLostSinceMs ?? nowMs) : undefined;
}

const ANSWER_MS_MAX = 2000;

/** Asked only when it may matter: a planned move waits for what the SPM has begun. */
async function countTasks({ hosts, signal, log }: OpContext, dataCenter: DataCenter, views: readonly HostView[]) {
  const spm = views.find(({ role }) => role === "spm");
  const mayMove = spm !== undefined && (spm.state === "preparing" || spm.spmPriority < 0 || dataCenter.spmWishId);
  if (spm === undefined || mayMove === false || mayMove === undefined) return 0;
  try {
    const options = { signal, timeoutMs: ANSWER_MS_MAX };
    const tasks = await hosts.calls(spm.id).Host.getAllTasksStatuses({}, options);
    return Object.values(tasks).filter(({ taskState }) => taskState !== "finished").length;
  } catch (error) {
    // Unknown is not none: the move waits for the next look.
    log.info("cannot read the SPM's tasks", { hostId: spm.id, error: describeError(error) });
    return 1;
  }
}
