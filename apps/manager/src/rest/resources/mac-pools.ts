import type { MacPool as RestMacPool } from "@yagura/rest-model";
import { getMacPool, listMacPools } from "../../db/queries/mac-pools.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import type { MacRange } from "../../domain/mac-pool/mac-pool.ts";
import { createMacPool } from "../../operations/mac-pools/create-mac-pool.ts";
import { removeMacPool } from "../../operations/mac-pools/remove-mac-pool.ts";
import { updateMacPool } from "../../operations/mac-pools/update-mac-pool.ts";
import { defined } from "../defined.ts";
import { pathId, required } from "../references.ts";
import { renderMacPool } from "../representations/mac-pool.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** Which pools there are is open to everybody, as in oVirt. */
export const macPoolRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/macpools",
    async handle(request) {
      const pools = cutList(request, await listMacPools(request.context.db));
      return list(
        "mac_pool",
        pools.map((pool) => renderMacPool(pool, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/macpools/:macPool",
    handle: async (request) =>
      entity("mac_pool", renderMacPool(await getMacPool(request.context.db, idOf(request)), request.links)),
  },
  {
    method: "POST",
    path: "/macpools",
    async handle(request) {
      const body = request.read("mac_pool");
      const name = required(body.name, "MacPool", "name", "add");
      const ranges = readRanges(body) ?? [];
      const added = await createMacPool(request.context, { ...readTexts(body), name, ranges });
      return entity("mac_pool", renderMacPool(added, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/macpools/:macPool",
    async handle(request) {
      const body = request.read("mac_pool");
      const changes = { ...readTexts(body), ...defined({ ranges: readRanges(body) }) };
      const updated = await updateMacPool(request.context, { macPoolId: idOf(request), ...changes });
      return entity("mac_pool", renderMacPool(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/macpools/:macPool",
    async handle(request) {
      await removeMacPool(request.context, idOf(request));
      return completed();
    },
  },
];

function idOf(request: RestRequest): MacPoolId {
  return pathId<MacPoolId>("mac pool", param(request, "macPool"));
}

function readTexts({ name, description, allow_duplicates: allowsDuplicates }: RestMacPool) {
  return defined({ name, description, allowsDuplicates });
}

function readRanges({ ranges }: RestMacPool): readonly MacRange[] | undefined {
  return ranges?.map(({ from = "", to = "" }) => ({ from, to }));
}
