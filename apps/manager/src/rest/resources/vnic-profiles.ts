import type { VnicProfile as RestVnicProfile } from "@yagura/rest-model";
import type { NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Network, VnicProfile } from "../../domain/network/network.ts";
import { createVnicProfile } from "../../operations/vnic-profiles/create-vnic-profile.ts";
import { removeVnicProfile } from "../../operations/vnic-profiles/remove-vnic-profile.ts";
import { updateVnicProfile } from "../../operations/vnic-profiles/update-vnic-profile.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities, manyLists, mapValues } from "../many.ts";
import { findReferenced, getReferenced, pathId, required } from "../references.ts";
import { renderVnicProfile } from "../representations/network.ts";
import { readVnicProfile } from "../representations/read-vnic-profile.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { networkSearch } from "../search/fields/networks.ts";
import { vnicProfileSearch } from "../search/fields/vnic-profiles.ts";
import { cutList, pick } from "../select-list.ts";

export const vnicProfileRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vnicprofiles",
    async handle(request) {
      return foundList(request, "vnic_profile", vnicProfileSearch, (ids) =>
        readVnicProfiles(request, ids as VnicProfileId[]),
      );
    },
  },
  {
    method: "GET",
    path: "/vnicprofiles/:vnicProfile",
    async handle(request) {
      const profile = await request.inventory.vnicProfile(param(request, "vnicProfile"));
      return entity("vnic_profile", renderVnicProfile(profile, request.links));
    },
    many: manyEntities({ type: "vnic_profile", name: "vnicProfile", searchable: vnicProfileSearch }, readVnicProfiles),
  },
  {
    method: "GET",
    path: "/networks/:network/vnicprofiles",
    async handle(request) {
      const { id } = await request.inventory.network(param(request, "network"));
      const profiles = (await request.inventory.vnicProfiles()).filter(({ networkId }) => networkId === id);
      return list(
        "vnic_profile",
        cutList(request, profiles).map((each) => renderVnicProfile(each, request.links)),
      );
    },
    many: manyLists({ type: "vnic_profile", name: "network", searchable: networkSearch }, async (request) => {
      const byNetwork = Map.groupBy(await request.inventory.vnicProfiles(), ({ networkId }) => networkId);
      return mapValues(byNetwork, (each) => renderVnicProfile(each, request.links));
    }),
  },
  {
    method: "GET",
    path: "/networks/:network/vnicprofiles/:vnicProfile",
    async handle(request) {
      return entity("vnic_profile", renderVnicProfile(await profileOfNetwork(request), request.links));
    },
  },
  {
    method: "POST",
    path: "/vnicprofiles",
    async handle(request) {
      const body = request.read("vnic_profile");
      const missing = { type: "VnicProfile", member: "network", operation: "add" } as const;
      const all = () => request.inventory.networks();
      return add(request, body, (await getReferenced("network", body.network, all, missing)).id);
    },
  },
  {
    method: "POST",
    path: "/networks/:network/vnicprofiles",
    async handle(request) {
      const { id } = await request.inventory.network(param(request, "network"));
      return add(request, request.read("vnic_profile"), id);
    },
  },
  {
    method: "PUT",
    path: "/vnicprofiles/:vnicProfile",
    async handle(request) {
      const body = request.read("vnic_profile");
      const { id, networkId } = await request.inventory.vnicProfile(param(request, "vnicProfile"));
      const network = await findReferenced("network", body.network, () => networksFor(request, networkId));
      const changes = { ...(await readVnicProfile(request, body, networkId)), ...defined({ networkId: network?.id }) };
      const updated = await updateVnicProfile(request.context, { vnicProfileId: id, ...changes });
      return entity("vnic_profile", renderVnicProfile(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/vnicprofiles/:vnicProfile",
    async handle(request) {
      await removeVnicProfile(request.context, idOf(request));
      return completed();
    },
  },
  {
    method: "DELETE",
    path: "/networks/:network/vnicprofiles/:vnicProfile",
    async handle(request) {
      await removeVnicProfile(request.context, (await profileOfNetwork(request)).id);
      return completed();
    },
  },
];

/** @throws NotFound also when it is one of another network. */
async function profileOfNetwork(request: RestRequest): Promise<VnicProfile> {
  const { id } = await request.inventory.network(param(request, "network"));
  const profile = await request.inventory.vnicProfile(param(request, "vnicProfile"));
  if (profile.networkId !== id) throw new NotFound("vnic profile", profile.id);
  return profile;
}

/** Every data center has networks of the same names: the profile's own comes first. */
async function networksFor({ inventory }: RestRequest, networkId: NetworkId): Promise<readonly Network[]> {
  const networks = await inventory.networks();
  return networks.toSorted((a, b) => Number(b.id === networkId) - Number(a.id === networkId));
}

function idOf(request: RestRequest): VnicProfileId {
  return pathId<VnicProfileId>("vnic profile", param(request, "vnicProfile"));
}

async function add(request: RestRequest, body: RestVnicProfile, networkId: NetworkId): Promise<Answer> {
  const name = required(body.name, "VnicProfile", "name", "add");
  const { qosId, ...asked } = await readVnicProfile(request, body, networkId);
  const limit = typeof qosId === "string" && { qosId };
  const added = await createVnicProfile(request.context, { ...asked, ...limit, name, networkId });
  return entity("vnic_profile", renderVnicProfile(added, request.links), "created");
}

async function readVnicProfiles(
  { inventory, links }: RestRequest,
  ids: readonly VnicProfileId[],
): Promise<RestVnicProfile[]> {
  return pick(await inventory.vnicProfiles(), ids).map((each) => renderVnicProfile(each, links));
}
