import type { RestRequest, Route } from "./route.ts";

/** Another place at which a service of v4 is: what is served at and below `at`, below `below` too. */
export interface Mount {
  readonly at: string;
  readonly below: string;
  /** @throws NotFound also when what the path names is not in what it is reached through */
  require(request: RestRequest): Promise<void>;
  /** The same of several paths at once. */
  areThere(request: RestRequest, params: readonly RestRequest["params"][]): Promise<readonly boolean[]>;
}

type Many = NonNullable<Route["many"]>;

/** The routes at the other place. The documents name their first place. What has a route of its own there already keeps it. */
export function mounted(routes: readonly Route[], mount: Mount): Route[] {
  const own = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return routes
    .filter(({ path }) => path === mount.at || path.startsWith(`${mount.at}/`))
    .filter(({ method, path }) => !own.has(`${method} ${mount.below}${path}`))
    .map(({ method, path, handle, many }) => ({
      method,
      path: `${mount.below}${path}`,
      async handle(request) {
        await mount.require(request);
        return handle(request);
      },
      ...(many !== undefined && { many: onlyThere(mount, many) }),
    }));
}

function onlyThere({ areThere }: Mount, many: Many): Many {
  return async (request, params) => {
    const there = await areThere(request, params);
    const answers = await many(request, params);
    return answers.map((answer, index) => (there[index] === true ? answer : undefined));
  };
}
