import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { putAffinityGroup } from "../../db/queries/affinity-groups.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { transaction } from "../../db/transaction.ts";
import {
  type AffinityGroup,
  type AffinityGroupId,
  affinityGroupDefaults,
} from "../../domain/affinity/affinity-group.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { affinityGroupProblems, affinityGroupTextProblems } from "./affinity-group-problems.ts";

const attempt = "Cannot add Affinity Group.";

export type NewAffinityGroup = Pick<AffinityGroup, "name" | "clusterId"> &
  Partial<Omit<AffinityGroup, "id" | "name" | "clusterId">>;

export async function createAffinityGroup(context: OpContext, asked: NewAffinityGroup): Promise<AffinityGroup> {
  const { clusterId } = asked;
  await context.authorize("manipulate_affinity_groups", { type: "cluster", id: clusterId });
  const group: AffinityGroup = { ...affinityGroupDefaults, description: "", ...asked, id: newId<AffinityGroupId>() };
  refuseIf(attempt, affinityGroupTextProblems(group), "invalid");
  return transaction(context.db, async (tx) => {
    const cluster = await getCluster(tx, clusterId);
    refuseIf(attempt, await affinityGroupProblems(tx, group));
    await putAffinityGroup(tx, group);
    await announce(tx, context.clock, {
      name: "affinityGroupAdded",
      ...byActor(context),
      cluster: subject(cluster),
      details: { group: group.name },
    });
    return group;
  });
}
