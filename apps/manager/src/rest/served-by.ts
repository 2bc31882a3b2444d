import type { ServiceName } from "@yagura/rest-model";
import type { Served } from "./links.ts";
import type { Route } from "./route.ts";
import { locate, segmentsOf } from "./router.ts";

/** Read off the routes, so that no document has a link that leads nowhere. */
export function servedBy(routes: readonly Route[]): Served {
  const served = new Map<ServiceName, Set<string>>();
  for (const { path } of routes) {
    const segments = segmentsOf(path);
    const last = segments.at(-1);
    const parent = locate(segments.slice(0, -1));
    if (last === undefined || last.startsWith(":") || parent === undefined) continue;
    const known = served.get(parent.service) ?? new Set();
    served.set(parent.service, known.add(last));
  }
  return served;
}
