import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../../db/database.ts";
import { getQos } from "../../db/queries/qoss.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { QosId, QosType } from "../../domain/qos/qos.ts";

/** What refers to a QoS needs one of its kind, in its data center. Without one there is nothing to ask. @throws NotFound, OperationRefused */
export async function requireQos(
  tx: Tx,
  attempt: string,
  wanted: {
    readonly qosId: QosId | null | undefined;
    readonly type: QosType;
    /** None: where the thing is that it limits is not decided yet. */
    readonly dataCenterId: DataCenterId | undefined;
  },
): Promise<void> {
  if (wanted.qosId === undefined || wanted.qosId === null) return;
  const qos = await getQos(tx, wanted.qosId);
  refuseIf(attempt, [
    ...(qos.dataCenterId === wanted.dataCenterId ? [] : ["Data Center does not contain the specific QoS entity."]),
    ...(qos.type === wanted.type ? [] : [`The QoS is of type ${qos.type}; one of type ${wanted.type} is needed.`]),
  ]);
}
