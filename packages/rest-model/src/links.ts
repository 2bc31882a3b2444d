import {
  notListedAtTheRoot,
  type Service,
  type ServiceName,
  searchableAtTheRoot,
  services,
} from "./generated/services.ts";
import type { Link } from "./generated/types.ts";

/** Where the API is; every `href` of a document begins with it. */
export const apiRoot = "/ovirt-engine/api";

/** What can be done at a place of the API. */
export function serviceOf(name: ServiceName): Service {
  return services[name];
}

/** The `<link>` elements of something at `href`: one for each sub-collection of its service. */
export function linksOf(service: ServiceName, href: string): readonly Link[] {
  return Object.keys(services[service].children).map((path) => ({ rel: path, href: `${href}/${path}` }));
}

/**
 * The `<actions>` of something at `href`. `allowed` leaves out actions that one does not serve, by their name in a path.
 */
export function actionsOf(
  service: ServiceName,
  href: string,
  allowed: (path: string) => boolean = () => true,
): readonly Link[] {
  return Object.keys(services[service].actions)
    .filter(allowed)
    .map((path) => ({ rel: path, href: `${href}/${path}` }));
}

/** The document with its own address, the links to its sub-collections and its actions, as v4 renders every entity. */
export function withLinks<T extends object>(
  service: ServiceName,
  href: string,
  value: T,
  allowed?: (path: string) => boolean,
): T & { readonly href: string; readonly link: readonly Link[]; readonly actions: readonly Link[] } {
  return { ...value, href, link: linksOf(service, href), actions: actionsOf(service, href, allowed) };
}

/** The links of `GET /api`: each collection, and for those that can be searched a second one with the query to fill in. */
export function rootLinks(isServed: (path: string) => boolean = () => true): readonly Link[] {
  return Object.entries(services.system.children)
    .filter(([path]) => !notListedAtTheRoot.includes(path) && isServed(path))
    .flatMap(([path]) => {
      const href = `${apiRoot}/${path}`;
      if (!searchableAtTheRoot.includes(path)) return [{ rel: path, href }];
      const from = path === "events" ? ";from={event_id}" : "";
      return [
        { rel: path, href },
        { rel: `${path}/search`, href: `${href}${from}?search={query}` },
      ];
    });
}
