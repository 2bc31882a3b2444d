import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import type { Host } from "../../domain/host/host.ts";
import { approveHost as admitHost } from "../../enrolment/approve-host.ts";
import { announce } from "../../events/announce.ts";
import { userOf } from "../subjects.ts";

/** Lets a host that introduced itself in: it gets its certificate, is connected to, and becomes up if it can. */
export async function approveHost(
  context: OpContext,
  { hostId, clusterId }: { readonly hostId: HostId; readonly clusterId?: ClusterId },
): Promise<Host> {
  const { db, clock, correlationId } = context;
  await context.authorize("edit_host_configuration", { type: "host", id: hostId });
  await admitHost(
    {
      db,
      announce: async (event) => {
        await transaction(db, (tx) => announce(tx, clock, { correlationId, ...event }));
      },
    },
    { hostId, ...(clusterId !== undefined && { clusterId }), ...userOf(context) },
  );
  context.wake("watch-hosts");
  return getHost(db, hostId);
}
