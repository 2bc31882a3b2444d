import { type NicId, newId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import {
  deleteFilterParameter,
  getFilterParameter,
  insertFilterParameter,
  listFilterParameters,
  updateFilterParameter as writeParameter,
} from "../../db/queries/network-filter-parameters.ts";
import { getNic } from "../../db/queries/nics.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import {
  type FilterParameter,
  type FilterParameterId,
  filterParameterProblems,
} from "../../domain/nic/filter-parameter.ts";
import { announce } from "../../events/announce.ts";
import type { EventName } from "../../events/catalogue.ts";
import { byActor, subject } from "../subjects.ts";

const PARAMETERS_MAX = 64;

/** A NIC of a VM. What is changed here counts from the VM's next start on. */
export interface NicOfVm {
  readonly vmId: VmId;
  readonly nicId: NicId;
}

export async function addFilterParameter(
  context: OpContext,
  { vmId, nicId }: NicOfVm,
  asked: Pick<FilterParameter, "name" | "value">,
): Promise<FilterParameter> {
  const attempt = "Cannot add Network Filter Parameter.";
  refuseIf(attempt, filterParameterProblems(asked), "invalid");
  return change(context, { vmId, nicId }, "filterParameterAdded", async (tx) => {
    const count = (await listFilterParameters(tx, { nicIds: [nicId] })).length;
    refuseIf(attempt, count >= PARAMETERS_MAX ? [`A network interface has at most ${PARAMETERS_MAX} parameters.`] : []);
    const parameter: FilterParameter = { ...asked, id: newId<FilterParameterId>(), nicId };
    await insertFilterParameter(tx, parameter);
    return parameter;
  });
}

export async function updateFilterParameter(
  context: OpContext,
  { vmId, nicId }: NicOfVm,
  { id, ...changes }: { readonly id: FilterParameterId; readonly name?: string; readonly value?: string },
): Promise<FilterParameter> {
  return change(context, { vmId, nicId }, "filterParameterUpdated", async (tx) => {
    const changed = { ...(await getFilterParameter(tx, nicId, id)), ...changes };
    refuseIf("Cannot edit Network Filter Parameter.", filterParameterProblems(changed), "invalid");
    await writeParameter(tx, changed);
    return changed;
  });
}

export async function removeFilterParameter(
  context: OpContext,
  { vmId, nicId }: NicOfVm,
  id: FilterParameterId,
): Promise<void> {
  await change(context, { vmId, nicId }, "filterParameterRemoved", async (tx) => {
    const parameter = await getFilterParameter(tx, nicId, id);
    await deleteFilterParameter(tx, id);
    return parameter;
  });
}

async function change(
  context: OpContext,
  { vmId, nicId }: NicOfVm,
  name: EventName,
  work: (tx: Tx) => Promise<FilterParameter>,
): Promise<FilterParameter> {
  await context.authorize("configure_vm_network", { type: "vm", id: vmId });
  return transaction(context.db, async (tx) => {
    const [vm, nic] = [await getVm(tx, vmId), await getNic(tx, { vmId }, nicId)];
    const parameter = await work(tx);
    const details = { nic: nic.name, parameter: parameter.name };
    await announce(tx, context.clock, { name, ...byActor(context), vm: subject(vm), details });
    return parameter;
  });
}
