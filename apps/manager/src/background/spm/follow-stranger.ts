import type { OpContext } from "../../context.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { type DataCenter, leaseSeconds } from "../../domain/data-center/data-center.ts";
import { announce } from "../../events/announce.ts";
import { freshestLease, type HostView, nameStranger, type Stranger } from "../../spm/pool-view.ts";
import type { SpmMemory } from "./spm-memory.ts";

/**
 * A host of another Manager, or one that was removed here, may have the lease. A dead one loses it by itself; one that has it
 * for longer than that takes is alive, and keeps the data center without a manager of its storage until somebody sees to it:
 * that is told once, and when it is over.
 */
export async function followStranger(
  context: OpContext,
  memory: SpmMemory,
  dataCenter: DataCenter,
  views: readonly HostView[],
): Promise<Stranger | undefined> {
  const lease = freshestLease(views);
  // What nobody can read has not changed, as far as is known.
  if (lease === "unknown") return memory.stranger;
  const { holder } = lease;
  if (holder === "none" || views.some(({ number }) => number === holder)) {
    const { stranger } = memory;
    memory.stranger = undefined;
    if (stranger?.isTold === true) await tell(context, dataCenter, "storageLeaseReturned", stranger);
    return undefined;
  }
  const nowMs = context.clock.monotonicMs();
  if (memory.stranger?.number !== holder) {
    memory.stranger = {
      ...(await recognize(context, holder)),
      sinceMs: nowMs,
      isTold: memory.stranger?.isTold ?? false,
    };
  }
  const { stranger } = memory;
  if (!stranger.isTold && nowMs - stranger.sinceMs > leaseSeconds(dataCenter.ioTimeoutSeconds) * 1000) {
    stranger.isTold = true;
    await tell(context, dataCenter, "storageLeaseTaken", stranger);
  }
  return stranger;
}

/** Numbers are given once in a Manager: one of another data center is known by it. */
async function recognize({ db }: OpContext, number: number): Promise<Stranger> {
  const known = (await listHosts(db)).find(({ poolNumber }) => poolNumber === number);
  return { number, ...(known !== undefined && { name: known.name }) };
}

async function tell(
  { db, clock }: OpContext,
  { id, name }: DataCenter,
  event: "storageLeaseTaken" | "storageLeaseReturned",
  stranger: Stranger,
): Promise<void> {
  const details = { holder: nameStranger(stranger) };
  await transaction(db, (tx) => announce(tx, clock, { name: event, dataCenter: { id, name }, details }));
}
