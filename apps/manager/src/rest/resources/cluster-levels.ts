import type { ClusterLevel } from "@yagura/rest-model";
import { cpuTypes } from "../../domain/cluster/cpu-types.ts";
import { levels } from "../../domain/engine-option/engine-options.ts";
import { NotFound } from "../../domain/errors.ts";
import { permits } from "../../domain/user/permits.ts";
import type { Links } from "../links.ts";
import { renderPermit } from "../representations/permission.ts";
import { entity, list, param, type Route } from "../route.ts";

/** Also those that no cluster can be set to any more: Ansible's ovirt_role reads the permits of level 4.3. */
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
    cpu_types: (cpuTypes.get(level) ?? []).map(({ name, level, architecture }) => ({ name, level, architecture })),
    permits: permits.map((permit) => renderPermit(permit, links, "clusterlevels", level)),
  };
}
