import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getMacPool } from "../../db/queries/mac-pools.ts";
import { listDuplicateMacs } from "../../db/queries/nics.ts";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";

/** Whoever lets a cluster or data center use a pool must be allowed to use it. @throws NotFound, NotAllowed */
export async function authorizePool(
  context: Pick<OpContext, "authorize">,
  macPoolId: MacPoolId | undefined,
): Promise<void> {
  if (macPoolId !== undefined) await context.authorize("configure_mac_pool", { type: "mac_pool", id: macPoolId });
}

/** What another pool must fulfil before a cluster may use it. @throws NotFound, OperationRefused */
export async function movePool(tx: Tx, attempt: string, cluster: Cluster, macPoolId: MacPoolId): Promise<void> {
  const pool = await getMacPool(tx, macPoolId);
  if (macPoolId === cluster.macPoolId || pool.allowsDuplicates) return;
  const duplicates = await listDuplicateMacs(tx, cluster.macPoolId);
  refuseIf(
    attempt,
    duplicates.length > 0
      ? [`MAC Address is already in use: ${duplicates.slice(0, 10).join(", ")}, and the MAC Pool allows no duplicates.`]
      : [],
  );
}
