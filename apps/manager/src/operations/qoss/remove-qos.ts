import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { deleteQos, getQos } from "../../db/queries/qoss.ts";
import { transaction } from "../../db/transaction.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { permitFor } from "./create-qos.ts";

/** Also while something refers to it, which is unlimited then. */
export async function removeQos(context: OpContext, qosId: QosId): Promise<void> {
  const { dataCenterId, type } = await getQos(context.db, qosId);
  await context.authorize(permitFor(type), { type: "data_center", id: dataCenterId });
  await transaction(context.db, async (tx) => {
    const qos = await getQos(tx, qosId);
    await deleteQos(tx, qosId);
    await announce(tx, context.clock, {
      name: qos.type === "network" ? "networkQosRemoved" : "qosRemoved",
      ...byActor(context),
      dataCenter: subject(await getDataCenter(tx, qos.dataCenterId)),
      details: { qos: qos.name },
    });
  });
}
