import type { ClusterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getAffinityGroup, putAffinityGroup } from "../../db/queries/affinity-groups.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { transaction } from "../../db/transaction.ts";
import type { AffinityGroup, AffinityGroupId } from "../../domain/affinity/affinity-group.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { affinityGroupProblems, affinityGroupTextProblems } from "./affinity-group-problems.ts";

const attempt = "Cannot edit Affinity Group.";

export interface AffinityGroupUpdate {
  readonly clusterId: ClusterId;
  readonly groupId: AffinityGroupId;
  /** The group as it is to be, from how it is: members are added and taken this way too. */
  change(group: AffinityGroup): AffinityGroup;
}

/** @throws NotFound when there is no such group in the cluster. */
export async function updateAffinityGroup(
  context: OpContext,
  { clusterId, groupId, change }: AffinityGroupUpdate,
): Promise<AffinityGroup> {
  await context.authorize("manipulate_affinity_groups", { type: "cluster", id: clusterId });
  return transaction(context.db, async (tx) => {
    const before = await getAffinityGroup(tx, groupId);
    if (before.clusterId !== clusterId) throw new NotFound("affinity group", groupId);
    const group = change(before);
    refuseIf(attempt, affinityGroupTextProblems(group), "invalid");
    refuseIf(attempt, await affinityGroupProblems(tx, group));
    await putAffinityGroup(tx, group);
    await announce(tx, context.clock, {
      name: "affinityGroupUpdated",
      ...byActor(context),
      cluster: subject(await getCluster(tx, clusterId)),
      details: { group: before.name },
    });
    return group;
  });
}
