import { getMacPool, listMacPools } from "../../db/queries/mac-pools.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import type { MacPool } from "../../domain/mac-pool/mac-pool.ts";
import type { Links } from "../links.ts";
import { pathId } from "../references.ts";
import { entity, list, param, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const macPoolRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/macpools",
    async handle(request) {
      const pools = cutList(request, await listMacPools(request.context.db));
      return list(
        "mac_pool",
        pools.map((pool) => render(pool, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/macpools/:macPool",
    async handle(request) {
      const pool = await getMacPool(request.context.db, pathId<MacPoolId>("mac pool", param(request, "macPool")));
      return entity("mac_pool", render(pool, request.links));
    },
  },
];

function render(pool: MacPool, links: Links) {
  return {
    ...links.of("mac_pool", "macpools", pool.id),
    name: pool.name,
    description: pool.description,
    allow_duplicates: pool.allowsDuplicates,
    default_pool: pool.isDefault,
    ranges: [...pool.ranges],
  };
}
