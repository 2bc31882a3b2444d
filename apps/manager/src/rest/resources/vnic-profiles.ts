import type { VnicProfile as RestVnicProfile } from "@yagura/rest-model";
import type { NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import { createVnicProfile } from "../../operations/vnic-profiles/create-vnic-profile.ts";
import { removeVnicProfile } from "../../operations/vnic-profiles/remove-vnic-profile.ts";
import { updateVnicProfile } from "../../operations/vnic-profiles/update-vnic-profile.ts";
import { foundList } from "../found-list.ts";
import { manyEntities, manyLists, mapValues } from "../many.ts";
import { getReferenced, pathId, readTexts, required } from "../references.ts";
import { renderVnicProfile } from "../representations/network.ts";
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
      const { id } = await request.inventory.network(param(request, "network"));
      const profile = await request.inventory.vnicProfile(param(request, "vnicProfile"));
      if (profile.networkId !== id) throw new NotFound("vnic profile", profile.id);
      return entity("vnic_profile", renderVnicProfile(profile, request.links));
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
      const changes = readTexts(request.read("vnic_profile"));
      const updated = await updateVnicProfile(request.context, { vnicProfileId: idOf(request), ...changes });
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
];

function idOf(request: RestRequest): VnicProfileId {
  return pathId<VnicProfileId>("vnic profile", param(request, "vnicProfile"));
}

async function add({ context, links }: RestRequest, body: RestVnicProfile, networkId: NetworkId): Promise<Answer> {
  const name = required(body.name, "VnicProfile", "name", "add");
  const added = await createVnicProfile(context, { ...readTexts(body), name, networkId });
  return entity("vnic_profile", renderVnicProfile(added, links), "created");
}

async function readVnicProfiles(
  { inventory, links }: RestRequest,
  ids: readonly VnicProfileId[],
): Promise<RestVnicProfile[]> {
  return pick(await inventory.vnicProfiles(), ids).map((each) => renderVnicProfile(each, links));
}
