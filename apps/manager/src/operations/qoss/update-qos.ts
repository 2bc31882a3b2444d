import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getQos, listQoss, updateQos as writeQos } from "../../db/queries/qoss.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Qos, QosId, QosLimits, QosType } from "../../domain/qos/qos.ts";
import { limitsOfType, qosProblems } from "../../domain/qos/qos-problems.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { nameTaken, permitFor } from "./create-qos.ts";

const attempt = "Cannot edit QoS.";

export interface QosUpdate {
  readonly qosId: QosId;
  readonly name?: string;
  readonly description?: string;
  /** Only what it is already. */
  readonly type?: QosType;
  /** Those that are not named stay. */
  readonly limits?: QosLimits;
}

/** Running VMs keep the limits that they were started with. */
export async function updateQos(context: OpContext, { qosId, type, ...changes }: QosUpdate): Promise<Qos> {
  const { dataCenterId, type: itsType } = await getQos(context.db, qosId);
  await context.authorize(permitFor(itsType), { type: "data_center", id: dataCenterId });
  return transaction(context.db, async (tx) => {
    const qos = await getQos(tx, qosId);
    refuseIf(
      attempt,
      type !== undefined && type !== qos.type ? ["The type of a QoS cannot be changed."] : [],
      "invalid",
    );
    const limits = limitsOfType(qos.type, { ...qos.limits, ...changes.limits });
    const changed: Qos = { ...qos, ...changes, limits };
    refuseIf(attempt, qosProblems(changed), "invalid");
    const others = (await listQoss(tx, { dataCenterId: qos.dataCenterId })).filter(({ id }) => id !== qosId);
    refuseIf(attempt, nameTaken(changed, others));
    await writeQos(tx, qosId, { ...changes, limits });
    await announce(tx, context.clock, {
      name: qos.type === "network" ? "networkQosUpdated" : "qosUpdated",
      ...byActor(context),
      dataCenter: subject(await getDataCenter(tx, qos.dataCenterId)),
      details: { qos: qos.name },
    });
    return getQos(tx, qosId);
  });
}
