import type { MacPool as RestMacPool } from "@yagura/rest-model";
import { listMacPools } from "../../db/queries/mac-pools.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import type { MacPool } from "../../domain/mac-pool/mac-pool.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { type BodyReference, findReferenced } from "../references.ts";
import type { RestRequest } from "../route.ts";

export function renderMacPool(pool: MacPool, links: Links): RestMacPool {
  return {
    ...links.of("mac_pool", "macpools", pool.id),
    name: pool.name,
    description: pool.description,
    allow_duplicates: pool.allowsDuplicates,
    default_pool: pool.isDefault,
    ranges: [...pool.ranges],
  };
}

/** The pool that the body of something else names. @throws NotFound */
export async function readMacPool(
  { context }: RestRequest,
  reference: BodyReference | undefined,
): Promise<{ readonly macPoolId?: MacPoolId }> {
  return defined({ macPoolId: (await findReferenced("mac pool", reference, () => listMacPools(context.db)))?.id });
}
