import { apiRootRoutes, type Product } from "./resources/api-root.ts";
import { clusterRoutes } from "./resources/clusters.ts";
import { dataCenterRoutes } from "./resources/data-centers.ts";
import type { Route } from "./route.ts";

export type { Product } from "./resources/api-root.ts";

/** Everything of v4 that is served. What v4 has beyond it is listed in `not-implemented.txt`. */
export function routes(product: Product): readonly Route[] {
  return [...apiRootRoutes(product), ...clusterRoutes, ...dataCenterRoutes];
}
