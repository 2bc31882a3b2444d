import type { OpContext } from "../../context.ts";
import { listClusters } from "../../db/queries/clusters.ts";
import { listDataCenters } from "../../db/queries/data-centers.ts";
import { deleteMacPool, getMacPool } from "../../db/queries/mac-pools.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { transaction } from "../../db/transaction.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot remove MAC Pool.";

/** Never the default one, and not while a cluster or data center uses it. */
export async function removeMacPool(context: OpContext, macPoolId: MacPoolId): Promise<void> {
  await context.authorize("delete_mac_pool", { type: "mac_pool", id: macPoolId });
  await transaction(context.db, async (tx) => {
    const pool = await getMacPool(tx, macPoolId);
    const clusters = await listClusters(tx, { macPoolId });
    const dataCenters = (await listDataCenters(tx)).filter((each) => each.macPoolId === macPoolId);
    refuseIf(attempt, [
      ...(pool.isDefault ? ["Default MAC Pool cannot be removed."] : []),
      ...inUse("Clusters", clusters),
      ...inUse("Data Centers", dataCenters),
    ]);
    await deletePermissionsOn(tx, { type: "mac_pool", id: macPoolId });
    await deleteMacPool(tx, macPoolId);
    await announce(tx, context.clock, { name: "macPoolRemoved", ...byActor(context), details: { pool: pool.name } });
  });
}

function inUse(what: string, users: readonly { readonly name: string }[]): string[] {
  if (users.length === 0) return [];
  const names = users.slice(0, 20).map(({ name }) => name);
  return [`Several ${what} (${users.length}) are using this MAC Pool: ${names.join(", ")}.`];
}
