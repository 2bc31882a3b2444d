import { listOperations } from "@yagura/rest-model";
import type { Route } from "./route.ts";

/** What v4 has and we do not: `POST /vms/{}/migrate`. Sorted, one line each; ids are `{}`. Pure. */
export function listNotImplemented(routes: readonly Route[]): string[] {
  const served = new Set(routes.map(operationOf));
  return listOperations()
    .map(({ text }) => text)
    .filter((text) => !served.has(text))
    .sort();
}

/** The operation of the model that a route serves: `GET /vms/{}`. */
export function operationOf({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path.replace(/:\w+/g, "{}")}`;
}
