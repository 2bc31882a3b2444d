import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findHostByName, getHost, updateHost as writeHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import { identifierProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Host.";

export interface HostUpdate {
  readonly hostId: HostId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  /** -1 … 10 */
  readonly spmPriority?: number;
}

export async function updateHost(context: OpContext, { hostId, ...changes }: HostUpdate): Promise<Host> {
  await context.authorize("edit_host_configuration", { type: "host", id: hostId });
  if (changes.name !== undefined) refuseIf(attempt, identifierProblems("host", changes.name), "invalid");
  const { spmPriority } = changes;
  if (spmPriority !== undefined && (!Number.isInteger(spmPriority) || spmPriority < -1 || spmPriority > 10)) {
    refuseIf(attempt, ["The SPM priority must be between -1 and 10."], "invalid");
  }
  return transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    const namesake = changes.name === undefined ? undefined : await findHostByName(tx, changes.name);
    if (namesake !== undefined && namesake.id !== hostId) refuseIf(attempt, ["The Host name is already in use."]);
    await writeHost(tx, hostId, changes);
    await announce(tx, context.clock, { name: "hostUpdated", ...byActor(context), host: subject(host) });
    return getHost(tx, hostId);
  });
}
