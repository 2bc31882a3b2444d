import { type Link, rootLinks, type ServiceName, services } from "@yagura/rest-model";
import { apiPath } from "./edge/target.ts";

/** What is served below each service: its sub-collections and actions, as they stand in a path. */
export type Served = ReadonlyMap<ServiceName, ReadonlySet<string>>;

/** A reference to another object. */
export interface Reference {
  readonly id: string;
  readonly href: string;
}

/** Makes the hrefs of an answer: they begin as the client's own URL does, or its SDK would not follow them. */
export class Links {
  readonly #root: string;
  readonly #served: Served;
  readonly #below = new Map<ServiceName, { readonly link: readonly string[]; readonly actions: readonly string[] }>();

  constructor(root: string, served: Served) {
    this.#root = root;
    this.#served = served;
  }

  /** `href("vms", id, "nics")` */
  href(...segments: readonly string[]): string {
    return [this.#root, ...segments.map(encodeURIComponent)].join("/");
  }

  ref(...segments: readonly string[]): Reference {
    return { id: segments.at(-1) ?? "", href: this.href(...segments) };
  }

  /** `href` of something with the links to its sub-collections and actions. */
  of(
    service: ServiceName,
    ...segments: readonly string[]
  ): { id: string; href: string; link: Link[]; actions?: Link[] } {
    const { id, href } = this.ref(...segments);
    const below = this.#servedBelow(service);
    const links = (paths: readonly string[]) => paths.map((path) => ({ rel: path, href: `${href}/${path}` }));
    const hasActions = Object.keys(services[service].actions).length > 0;
    return { id, href, link: links(below.link), ...(hasActions && { actions: links(below.actions) }) };
  }

  /** Worked out once for a list, however long it is. */
  #servedBelow(service: ServiceName): { readonly link: readonly string[]; readonly actions: readonly string[] } {
    let below = this.#below.get(service);
    if (below === undefined) {
      const served = this.#served.get(service) ?? new Set();
      const those = (paths: object) => Object.keys(paths).filter((path) => served.has(path));
      below = { link: those(services[service].children), actions: those(services[service].actions) };
      this.#below.set(service, below);
    }
    return below;
  }

  /** The links of `GET /api`. */
  atRoot(): Link[] {
    const served = this.#served.get("system") ?? new Set();
    return rootLinks((path) => served.has(path)).map(({ rel, href }) => ({
      ...(rel !== undefined && { rel }),
      ...(href !== undefined && { href: this.#root + href.slice(apiPath.length) }),
    }));
  }
}
