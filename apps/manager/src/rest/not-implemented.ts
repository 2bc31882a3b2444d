import { type OperationName, type ServiceName, services } from "@yagura/rest-model";
import type { Route } from "./route.ts";
import { segmentsOf } from "./router.ts";

const methods: Readonly<Record<OperationName, string>> = {
  list: "GET",
  get: "GET",
  add: "POST",
  update: "PUT",
  remove: "DELETE",
};

/**
 * What v4 has below the collections that we serve, and we do not: `POST /vms/{}/migrate`. Sorted, one line each; ids are
 * `{}`.
 */
export function listNotImplemented(routes: readonly Route[]): string[] {
  const served = new Set(routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, "{}")}`));
  const collections = new Set(routes.flatMap(({ path }) => segmentsOf(path).slice(0, 1)));
  const missing = new Set<string>();
  const look = (key: string): void => void (served.has(key) || missing.add(key));

  const visit = (service: ServiceName, path: string, above: readonly ServiceName[]): void => {
    // Some services contain themselves by way of others (the VM of a disk of a VM).
    if (above.includes(service)) return;
    const { operations, actions, children, item } = services[service];
    for (const operation of operations) look(`${methods[operation]} ${path === "" ? "/" : path}`);
    for (const action of Object.keys(actions)) look(`POST ${path}/${action}`);
    const chain = [...above, service];
    for (const [segment, child] of Object.entries(children)) {
      if (service !== "system" || collections.has(segment)) visit(child.service, `${path}/${segment}`, chain);
    }
    if (item !== undefined) visit(item, `${path}/{}`, chain);
  };
  visit("system", "", []);
  return [...missing].sort();
}
