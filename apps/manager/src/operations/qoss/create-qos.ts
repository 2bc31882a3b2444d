import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { insertQos, listQoss } from "../../db/queries/qoss.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Qos, QosId, QosType } from "../../domain/qos/qos.ts";
import { limitsOfType, qosProblems } from "../../domain/qos/qos-problems.ts";
import type { Permit } from "../../domain/user/permits.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot add QoS.";

export async function createQos(
  context: OpContext,
  asked: Omit<Qos, "id" | "description"> & Partial<Pick<Qos, "description">>,
): Promise<Qos> {
  const { dataCenterId } = asked;
  await context.authorize(permitFor(asked.type), { type: "data_center", id: dataCenterId });
  const limits = limitsOfType(asked.type, asked.limits);
  refuseIf(attempt, qosProblems({ ...asked, limits }), "invalid");
  return transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, dataCenterId);
    refuseIf(attempt, nameTaken(asked, await listQoss(tx, { dataCenterId })));
    const qos: Qos = { ...asked, id: newId<QosId>(), description: asked.description ?? "", limits };
    await insertQos(tx, qos);
    await announce(tx, context.clock, {
      name: qos.type === "network" ? "networkQosAdded" : "qosAdded",
      ...byActor(context),
      dataCenter: subject(dataCenter),
      details: { qos: qos.name },
    });
    return qos;
  });
}

/** Limits of VMs' networking belong to whoever administers the networks. */
export function permitFor(type: QosType): Permit {
  return type === "network" ? "configure_storage_pool_network" : "edit_storage_pool_configuration";
}

export function nameTaken({ name, type }: Pick<Qos, "name" | "type">, others: readonly Qos[]): string[] {
  return others.some((other) => other.type === type && other.name === name) ? ["QoS element name already exists."] : [];
}
