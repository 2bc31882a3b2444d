import type { VnicProfile as RestVnicProfile } from "@yagura/rest-model";
import { getNetwork } from "../../db/queries/networks.ts";
import type { Network } from "../../domain/network/network.ts";
import { networkFilters } from "../../domain/network/network-filter.ts";
import { defined } from "../defined.ts";
import { findReferenced, readTexts } from "../references.ts";
import type { RestRequest } from "../route.ts";
import { readQos } from "./read-network.ts";

/** What a body says of a profile on this network; `<network_filter/>` and `<qos/>` take away what it has. @throws NotFound */
export async function readVnicProfile(request: RestRequest, body: RestVnicProfile, networkId: Network["id"]) {
  const { dataCenterId } = await getNetwork(request.context.db, networkId);
  const filter = await findReferenced("network filter", body.network_filter, async () => networkFilters);
  return {
    ...readTexts(body),
    ...defined({
      networkFilter: body.network_filter === undefined ? undefined : (filter?.name ?? null),
      qosId: await readQos(request, body.qos, { dataCenterId, type: "network" }),
    }),
  };
}
