import type { ClusterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteAffinityGroup, getAffinityGroup } from "../../db/queries/affinity-groups.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { transaction } from "../../db/transaction.ts";
import type { AffinityGroupId } from "../../domain/affinity/affinity-group.ts";
import { NotFound } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

/** @throws NotFound when there is no such group in the cluster. */
export async function removeAffinityGroup(
  context: OpContext,
  { clusterId, groupId }: { readonly clusterId: ClusterId; readonly groupId: AffinityGroupId },
): Promise<void> {
  await context.authorize("manipulate_affinity_groups", { type: "cluster", id: clusterId });
  await transaction(context.db, async (tx) => {
    const group = await getAffinityGroup(tx, groupId);
    if (group.clusterId !== clusterId) throw new NotFound("affinity group", groupId);
    await deleteAffinityGroup(tx, groupId);
    await announce(tx, context.clock, {
      name: "affinityGroupRemoved",
      ...byActor(context),
      cluster: subject(await getCluster(tx, clusterId)),
      details: { group: group.name },
    });
  });
}
