import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { confirmHostRebooted } from "../vms/confirm-host-rebooted.ts";

/**
 * Somebody has seen that a host which does not respond is off, or has been rebooted: what ran on it does not run any more. The
 * storage needs no such word: its leases end by themselves.
 * @throws OperationRefused for a host that answers.
 */
export async function confirmReboot(context: OpContext, hostId: HostId): Promise<void> {
  await context.authorize("manipulate_host", { type: "host", id: hostId });
  await transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    await announce(tx, context.clock, { name: "hostRebootConfirmed", ...byActor(context), host: subject(host) });
    await confirmHostRebooted(tx, context.clock, hostId);
  });
  context.wake("watch-hosts");
}
