import type { ApiSummary } from "@yagura/rest-model";
import { blankUuid } from "@yagura/std/ids.ts";
import { countInventory } from "../../db/queries/count-inventory.ts";
import { entity, type RestRequest, type Route } from "../route.ts";

/** What the API's root tells of this installation. */
export interface Product {
  readonly instanceId: string;
  /** Of Yagura itself: "0.1.0". */
  readonly version: string;
}

/** The level of oVirt's API that is served: clients switch features on by it. */
const apiLevel = { major: 4, minor: 5, build: 7, revision: 0 } as const;

/** GET /: where everything is. */
export function apiRootRoutes(product: Product): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/",
      async handle(request) {
        const { context, links } = request;
        const user =
          context.actor.userId === undefined
            ? undefined
            : { ...links.ref("users", context.actor.userId), user_name: context.actor.name };
        return entity("api", {
          link: links.atRoot(),
          product_info: {
            instance_id: product.instanceId,
            name: "Yagura",
            vendor: "Yagura",
            version: { ...apiLevel, full_version: `4.5.7-yagura-${product.version}` },
          },
          special_objects: {
            blank_template: links.ref("templates", blankUuid),
            root_tag: links.ref("tags", blankUuid),
          },
          ...(context.actor.isAdministrator && { summary: await summarize(request) }),
          time: new Date(context.clock.nowMs()),
          authenticated_user: user,
          effective_user: user,
        });
      },
    },
  ];
}

/** Of all there is: administrators of a part see the sums of the whole, as in oVirt. */
async function summarize({ context }: RestRequest): Promise<ApiSummary> {
  const { vms, hosts, storageDomains, users } = await countInventory(context.db);
  return { vms, hosts, storage_domains: storageDomains, users };
}
