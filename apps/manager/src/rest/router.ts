import { type Service, type ServiceName, services } from "@yagura/rest-model";
import { MethodNotServed, NoSuchPath, NotServed } from "./refusals.ts";
import type { Method, Route } from "./route.ts";

interface Node {
  readonly fixed: Map<string, Node>;
  any: { readonly name: string; readonly node: Node } | undefined;
  readonly routes: Map<Method, Route>;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. A fixed segment wins over an id, so that no id can hide an action. */
export class Router {
  readonly #root = newNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /**
   * @param path below the API's root; a slash at its end changes nothing.
   * @throws NoSuchPath, MethodNotServed; NotServed when v4 has it and we do not.
   */
  match(method: string, path: string): Match {
    const segments = segmentsOf(path).map(decodeSegment);
    const params: Record<string, string> = {};
    let node: Node | undefined = this.#root;
    for (const segment of segments) node = node && step(node, segment, params);
    const route = node?.routes.get(method as Method);
    if (route !== undefined) return { route, params };
    if (isInModel(method, segments)) throw new NotServed(method, path);
    if (node === undefined || node.routes.size === 0) throw new NoSuchPath(path);
    throw new MethodNotServed(method, path, [...node.routes.keys()]);
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const segment of segmentsOf(route.path)) {
      const next = segment.startsWith(":") ? idNode(node, segment.slice(1)) : fixedNode(node, segment);
      node = next;
    }
    if (node.routes.has(route.method)) throw new Error(`${route.method} ${route.path} is registered twice`);
    node.routes.set(route.method, route);
  }
}

/** Where a path is in the model: its service, and the action if it ends with one. `undefined`: nowhere. */
export function locate(segments: readonly string[]): { service: ServiceName; action?: string } | undefined {
  let service: ServiceName = "system";
  for (const [index, segment] of segments.entries()) {
    const here: Service = services[service];
    const child = Object.hasOwn(here.children, segment) ? here.children[segment] : undefined;
    if (child !== undefined) service = child.service;
    else if (index === segments.length - 1 && Object.hasOwn(here.actions, segment)) return { service, action: segment };
    else if (here.item !== undefined) service = here.item;
    else return undefined;
  }
  return { service };
}

export function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function isInModel(method: string, segments: readonly string[]): boolean {
  const place = locate(segments);
  if (place === undefined) return false;
  if (place.action !== undefined) return method === "POST";
  const { operations } = services[place.service];
  switch (method) {
    case "GET":
      return operations.includes("list") || operations.includes("get");
    case "POST":
      return operations.includes("add");
    case "PUT":
      return operations.includes("update");
    case "DELETE":
      return operations.includes("remove");
    default:
      return false;
  }
}

function step(node: Node, segment: string, params: Record<string, string>): Node | undefined {
  const fixed = node.fixed.get(segment);
  if (fixed !== undefined) return fixed;
  if (node.any === undefined) return undefined;
  params[node.any.name] = segment;
  return node.any.node;
}

function fixedNode(node: Node, segment: string): Node {
  let next = node.fixed.get(segment);
  if (next === undefined) {
    next = newNode();
    node.fixed.set(segment, next);
  }
  return next;
}

function idNode(node: Node, name: string): Node {
  node.any ??= { name, node: newNode() };
  if (node.any.name !== name) throw new Error(`the same id is called ${node.any.name} and ${name}`);
  return node.any.node;
}

function newNode(): Node {
  return { fixed: new Map(), any: undefined, routes: new Map() };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not URL-encoded: then nothing can be there, and the error says where.
    throw new NoSuchPath(segment);
  }
}
