import type { ClusterLevel } from "@yagura/rest-model";
import { compatibilityVersions } from "../../domain/data-center/data-center.ts";
import { NotFound } from "../../domain/errors.ts";
import { permits } from "../../domain/user/permits.ts";
import type { Links } from "../links.ts";
import { renderPermit } from "../representations/user.ts";
import { entity, list, param, type Route } from "../route.ts";

/** Ansible's ovirt_role reads the permits of level 4.3, whatever levels a Manager has. */
const levels: readonly string[] = [...compatibilityVersions, "4.5", "4.4", "4.3"];

export const clusterLevelRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/clusterlevels",
    handle: async ({ links }) =>
      list(
        "cluster_level",
        levels.map((level) => renderLevel(level, links)),
      ),
  },
  {
    method: "GET",
    path: "/clusterlevels/:level",
    async handle(request) {
      const level = param(request, "level");
      if (!levels.includes(level)) throw new NotFound("cluster level", level.slice(0, 80));
      return entity("cluster_level", renderLevel(level, request.links));
    },
  },
];

function renderLevel(level: string, links: Links): ClusterLevel {
  return {
    ...links.of("cluster_level", "clusterlevels", level),
    cpu_types: [
      { name: "Intel Nehalem Family", level: 3, architecture: "x86_64" },
      { name: "Intel Haswell Family", level: 7, architecture: "x86_64" },
      { name: "AMD EPYC", level: 9, architecture: "x86_64" },
    ],
    permits: permits.map((permit) => renderPermit(permit, links, "clusterlevels", level)),
  };
}
