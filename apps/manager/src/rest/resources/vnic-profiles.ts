import { NotFound } from "../../domain/errors.ts";
import { renderVnicProfile } from "../representations/network.ts";
import { entity, list, param, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const vnicProfileRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vnicprofiles",
    async handle(request) {
      const profiles = cutList(request, await request.inventory.vnicProfiles());
      return list(
        "vnic_profile",
        profiles.map((each) => renderVnicProfile(each, request.links)),
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
];
