import type { Network as RestNetwork } from "@yagura/rest-model";
import type { DataCenterId } from "@yagura/std/ids.ts";
import { listQoss } from "../../db/queries/qoss.ts";
import type { WantedUse } from "../../domain/network/cluster-usages.ts";
import type { NetworkUsage } from "../../domain/network/network.ts";
import type { QosId, QosType } from "../../domain/qos/qos.ts";
import { defined } from "../defined.ts";
import { type BodyReference, findReferenced, readTexts } from "../references.ts";
import type { RestRequest } from "../route.ts";

/** What a body says of a network, whether it is new or there already; `<vlan/>` and `<qos/>` take away what it has. */
export async function readNetwork(request: RestRequest, body: RestNetwork, dataCenterId: DataCenterId) {
  return {
    ...readTexts(body),
    ...defined({
      vlanTag: body.vlan === undefined ? undefined : (body.vlan.id ?? null),
      mtuBytes: body.mtu,
      isVmNetwork: body.usages?.includes("vm"),
      hasStp: body.stp,
      isPortIsolated: body.port_isolation,
      nameServers: body.dns_resolver_configuration && (body.dns_resolver_configuration.name_servers ?? []),
      qosId: await readQos(request, body.qos, { dataCenterId, type: "hostnetwork" }),
    }),
  };
}

/**
 * The QoS that a body refers to: names are those of a type in the data center; none is `null`.
 * @throws NotFound
 */
export async function readQos(
  { context }: RestRequest,
  reference: BodyReference | undefined,
  { dataCenterId, type }: { readonly dataCenterId: DataCenterId | undefined; readonly type: QosType },
): Promise<QosId | null | undefined> {
  if (reference === undefined) return undefined;
  const all = async () => {
    const qoss = await listQoss(context.db);
    if (reference.id !== undefined) return qoss;
    return qoss.filter((qos) => qos.type === type && qos.dataCenterId === dataCenterId);
  };
  return (await findReferenced("qos", reference, all))?.id ?? null;
}

const usages: readonly NetworkUsage[] = ["default_route", "display", "management", "migration", "vm"];

/** What a body says of a network in a cluster: `display` is an older word for the usage of that name. */
export function readUse(body: RestNetwork): WantedUse {
  const wanted = body.usages === undefined ? undefined : usages.filter((usage) => body.usages?.includes(usage));
  const withDisplay = body.display === true ? [...(wanted ?? []), "display" as const] : wanted;
  return defined({ isRequired: body.required, usages: withDisplay });
}
