import type { Db } from "../../db/database.ts";
import { listAffinityGroups } from "../../db/queries/affinity-groups.ts";
import { listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import { listVms } from "../../db/queries/vms.ts";
import { withLabelled } from "../../domain/affinity/affinity-group.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import type { AffinityDemand } from "../../scheduling/affinity-demand.ts";
import { affinityDemands } from "../../scheduling/affinity-demands.ts";

/** What the affinity groups of its cluster say of where the VM may run, in the state of this transaction. */
export async function readAffinity(db: Db, { id, clusterId }: Vm): Promise<AffinityDemand[]> {
  const groups = await listAffinityGroups(db, { clusterId });
  if (groups.length === 0) return [];
  const labels = await listAffinityLabels(db);
  const own = groups.map((group) => withLabelled(group, labels)).filter(({ members }) => members.vmIds.includes(id));
  const others = await listVms(db, { ids: [...new Set(own.flatMap(({ members }) => members.vmIds))] });
  const running = others.flatMap((vm) => (vm.run.hostId === undefined ? [] : [[vm.id, vm.run.hostId] as const]));
  return affinityDemands(id, own, new Map(running));
}
