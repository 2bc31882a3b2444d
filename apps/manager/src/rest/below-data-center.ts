import { NotFound } from "../domain/errors.ts";
import { idIn } from "./many.ts";
import { param, type RestRequest, type Route } from "./route.ts";
import { byId } from "./select-list.ts";

const cluster = "/clusters/:cluster";

/**
 * What is served of a cluster, served below its data center too: `/datacenters/{id}/clusters/{id}/…` is the same service at
 * another place. The documents name their first place. What has a route of its own there already keeps it.
 */
export function belowDataCenter(routes: readonly Route[]): Route[] {
  const own = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return routes
    .filter(({ path }) => path === cluster || path.startsWith(`${cluster}/`))
    .filter(({ method, path }) => !own.has(`${method} /datacenters/:dataCenter${path}`))
    .map(({ method, path, handle, many }) => ({
      method,
      path: `/datacenters/:dataCenter${path}`,
      async handle(request) {
        await requireCluster(request);
        return handle(request);
      },
      ...(many !== undefined && { many: inItsDataCenter(many) }),
    }));
}

type Many = NonNullable<Route["many"]>;

function inItsDataCenter(many: Many): Many {
  return async (request, params) => {
    const clusters = byId(await request.inventory.clusters());
    const answers = await many(request, params);
    return answers.map((answer, index) => {
      const found = clusters.get(idIn(params[index] ?? {}, "cluster"));
      return found?.dataCenterId === idIn(params[index] ?? {}, "dataCenter") ? answer : undefined;
    });
  };
}

/** @throws NotFound also when the cluster is in another data center. */
async function requireCluster(request: RestRequest): Promise<void> {
  const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
  const found = await request.inventory.cluster(param(request, "cluster"));
  if (found.dataCenterId !== id) throw new NotFound("cluster", found.id);
}
