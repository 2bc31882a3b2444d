import { pathName } from "./names.ts";
import type { ModelSpec, ServiceSpec } from "./spec.ts";

/** One place of the API: a path with `{…}` for each id, and the service that is there. */
export interface Mount {
  readonly path: string;
  readonly name: string;
  readonly service: ServiceSpec;
  /** Names of the ids in the path, in order. */
  readonly ids: readonly string[];
}

/** Every place, parents before what is below them. A service that is below itself is not followed again. */
export function mountsOf(model: ModelSpec): Mount[] {
  const mounts: Mount[] = [];
  const visit = (name: string, path: string, ids: readonly string[], above: readonly string[]): void => {
    const service = model.services.get(name);
    if (service === undefined || above.includes(name)) return;
    mounts.push({ path: path === "" ? "/" : path, name, service, ids });
    const line = [...above, name];
    if (service.item !== undefined) {
      const id = `${service.item}_id`;
      visit(service.item, `${path}/{${id}}`, [...ids, id], line);
    }
    for (const [child, of] of Object.entries(service.children ?? {})) {
      visit(of, `${path}/${pathName(child)}`, ids, line);
    }
  };
  visit("system", "", [], []);
  return mounts;
}
