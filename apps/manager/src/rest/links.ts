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
    const served = this.#served.get(service) ?? new Set();
    const links = (paths: readonly string[]) =>
      paths.filter((path) => served.has(path)).map((path) => ({ rel: path, href: `${href}/${path}` }));
    const actions = links(Object.keys(services[service].actions));
    const link = links(Object.keys(services[service].children));
    return { id, href, link, ...(Object.keys(services[service].actions).length > 0 && { actions }) };
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
