// What is written down of the pool's manager, and told: who it is, since when, and why.

import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db, Tx } from "../../db/database.ts";
import { type DataCenterChanges, getDataCenter, updateDataCenter } from "../../db/queries/data-centers.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { transaction } from "../../db/transaction.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Host } from "../../domain/host/host.ts";
import { announce } from "../../events/announce.ts";
import type { NewEvent } from "../../events/record.ts";
import type { SpmMemory } from "./spm-memory.ts";

/** An agent that was restarted, or answers late once, is there again within this: it stays recorded as SPM. */
const GLIMPSE_MS = 3000;
/** A failover between living hosts, or a Manager that was restarted, is over within this; nobody needs to be alarmed. */
const PATIENCE_MS = 15_000;

/** While a saga has the data center for itself, it leaves the role in order. */
export async function isDriven(db: Db, dataCenterId: DataCenter["id"]): Promise<boolean> {
  const { status } = await getDataCenter(db, dataCenterId);
  const locks = await listLocks(db, [`data-center:${dataCenterId}`]);
  return status !== "uninitialized" && status !== "maintenance" && locks.length === 0;
}

interface Subject {
  readonly dataCenter: DataCenter;
  readonly host: Host;
  readonly memory: SpmMemory;
  readonly because: string;
}

/** The host has the role, under this epoch. */
export async function recordSpm(
  context: OpContext,
  epoch: number,
  { dataCenter, host, memory, because }: Subject,
): Promise<void> {
  const planned = memory.because;
  const wasMissing = memory.missingSinceMs !== undefined;
  memory.settle();
  await change(context, dataCenter, (now) => {
    const isSame = now.spmHostId === host.id && now.spmEpoch === epoch;
    // A Manager that was started meanwhile finds why in the records. The first of a pool is made SPM by the saga that makes it.
    const isFirst = now.spmHostId === host.id && now.spmEpoch === undefined;
    const recorded = now.spmHostId === undefined ? now.spmReason : undefined;
    // Another master domain has another lease: the same host takes it, and nobody decided that it moves.
    const isAnew = now.spmHostId === host.id && now.spmEpoch !== undefined && !isSame;
    const unplanned = isAnew ? "it took the role anew, as when another domain becomes the master" : because;
    const reason = planned ?? recorded ?? (isFirst ? "the storage was put into use through it" : unplanned);
    const hasWish = now.spmWishId === host.id;
    if (isSame && now.status === "up" && now.spmContenderId === undefined && !hasWish) return undefined;
    const about = { ...aboutOf(now), host: { id: host.id, name: host.name } };
    const details = { reason: sentence(reason) };
    return {
      changes: {
        spmHostId: host.id,
        spmEpoch: epoch,
        spmSinceMs: isSame ? (now.spmSinceMs ?? context.clock.nowMs()) : context.clock.nowMs(),
        spmReason: isSame ? (now.spmReason ?? reason) : reason,
        spmContenderId: null,
        status: "up",
        ...(hasWish && { spmWishId: null }),
      },
      events: [
        ...(isSame ? [] : [{ name: "spmChosen" as const, ...about, details }]),
        ...(now.status === "up" ? [] : [{ name: "dataCenterUp" as const, ...about }]),
      ],
    };
  });
  // What could not be undone for want of a manager can be now.
  if (wasMissing) context.sagas.hurryStuck();
}

/** The host is asked to become SPM. */
export function recordContender(context: OpContext, { dataCenter, host, memory, because }: Subject) {
  const { isPlanned } = memory;
  memory.missingSinceMs ??= context.clock.monotonicMs();
  return change(context, dataCenter, (now) => ({
    changes: {
      ...nobody(context, now, because),
      spmContenderId: host.id,
      ...(now.status === "up" && !isPlanned && { status: "contend" }),
    },
    events: now.status === "up" && !isPlanned ? [contending(now, because)] : [],
  }));
}

/** Another Manager, or this one before it was restarted, has asked a host: it still contends. */
export function recordWaiting(
  context: OpContext,
  contenderId: HostId,
  { dataCenter, because }: Omit<Subject, "host" | "memory">,
) {
  return change(context, dataCenter, (now) =>
    now.spmContenderId === contenderId && now.spmHostId === undefined
      ? undefined
      : { changes: { ...nobody(context, now, because), spmContenderId: contenderId }, events: [] },
  );
}

/** No host has the role, and none is becoming it. */
export function recordNobody(context: OpContext, { dataCenter, memory, because }: Omit<Subject, "host">) {
  const nowMs = context.clock.monotonicMs();
  memory.missingSinceMs ??= nowMs;
  const missingMs = nowMs - memory.missingSinceMs;
  if (missingMs < GLIMPSE_MS) return Promise.resolve();
  return change(context, dataCenter, (now) => {
    const isAlarming = missingMs >= PATIENCE_MS && now.status !== "not_operational";
    const isKnown = now.spmHostId === undefined && now.spmContenderId === undefined && now.spmReason === because;
    if (isKnown && !isAlarming) return undefined;
    return {
      changes: {
        ...nobody(context, now, because),
        spmContenderId: null,
        ...(isAlarming && { status: "not_operational" }),
      },
      events: isAlarming
        ? [{ name: "dataCenterWithoutSpm" as const, ...aboutOf(now), details: { reason: sentence(because) } }]
        : [],
    };
  });
}

export function recordStopped(context: OpContext, { dataCenter, host, because }: Subject) {
  return change(context, dataCenter, (now) => ({
    changes: { ...nobody(context, now, because), spmContenderId: null },
    events: [
      {
        name: "spmStopped",
        ...aboutOf(now),
        host: { id: host.id, name: host.name },
        details: { reason: sentence(because) },
      },
    ],
  }));
}

export function recordStopFailed(context: OpContext, { dataCenter, host }: Subject, problem: string) {
  return tell(context, dataCenter, host, "spmStopFailed", problem);
}

export function recordStartFailed(context: OpContext, { dataCenter, host }: Subject, problem: string) {
  return tell(context, dataCenter, host, "spmStartFailed", problem);
}

function tell(
  context: OpContext,
  dataCenter: DataCenter,
  host: Host,
  name: "spmStopFailed" | "spmStartFailed",
  problem: string,
) {
  return change(context, dataCenter, (now) => ({
    changes: {},
    events: [{ name, ...aboutOf(now), host: { id: host.id, name: host.name }, details: { reason: sentence(problem) } }],
  }));
}

interface Change {
  readonly changes: DataCenterChanges;
  readonly events: readonly NewEvent[];
}

/** Seen and written in one transaction; not while a saga has the data center. */
async function change(
  { db, clock }: OpContext,
  dataCenter: DataCenter,
  plan: (now: DataCenter) => Change | undefined,
): Promise<void> {
  if (plan(dataCenter) === undefined) return;
  await transaction(db, async (tx: Tx) => {
    if (!(await isDriven(tx, dataCenter.id))) return;
    const planned = plan(await getDataCenter(tx, dataCenter.id));
    if (planned === undefined) return;
    await updateDataCenter(tx, dataCenter.id, planned.changes);
    for (const event of planned.events) await announce(tx, clock, event);
  });
}

function nobody({ clock }: OpContext, now: DataCenter, because: string): DataCenterChanges {
  const sinceMs = now.spmHostId === undefined ? now.spmSinceMs : undefined;
  return { spmHostId: null, spmEpoch: null, spmSinceMs: sinceMs ?? clock.nowMs(), spmReason: because };
}

function contending(now: DataCenter, because: string): NewEvent {
  return { name: "dataCenterContending", ...aboutOf(now), details: { reason: sentence(because) } };
}

function aboutOf({ id, name }: DataCenter) {
  return { dataCenter: { id, name } };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
