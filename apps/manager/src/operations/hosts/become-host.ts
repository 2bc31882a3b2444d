import { type HostEvent, type HostStatus, hostLifecycle } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import type { Tx } from "../../db/database.ts";
import { getHost, type HostChanges, updateHost } from "../../db/queries/hosts.ts";
import type { Host } from "../../domain/host/host.ts";

/**
 * The one place where a host's status changes: with it, why it has that status.
 * @throws IllegalTransition
 */
export async function becomeHost(
  tx: Tx,
  hostId: HostId,
  event: HostEvent,
  changes: HostChanges & { readonly reason?: string } = {},
): Promise<{ readonly host: Host; readonly status: HostStatus }> {
  const host = await getHost(tx, hostId);
  const status = hostLifecycle.nextStatus(host.status, event);
  const { reason, ...others } = changes;
  await updateHost(tx, hostId, { ...others, status, statusReason: reason ?? null });
  return { host, status };
}
