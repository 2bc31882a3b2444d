import type { Method, Route } from "../route.ts";

/** As much of an OpenAPI document as is looked at; the rest is passed on. */
export interface OpenApi {
  readonly info: { readonly description: string } & Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> } & Readonly<Record<string, unknown>>;
}

export type Verb = Lowercase<Method>;

export type PathItem = Readonly<Partial<Record<Verb, Operation>>> & { readonly parameters?: readonly Parameter[] };

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content; readonly $ref?: string }>>;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Parameter {
  readonly name: string;
  readonly schema: Schema;
}

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

export const verbs: readonly Verb[] = ["get", "post", "put", "delete"];

const leftOut = "What v4 has and this Manager does not serve is left out; it is answered with 501.";

/** The model's document without the operations that have no route, and without the types that only they name. */
export function servedOpenApi(model: OpenApi, routes: readonly Route[]): OpenApi {
  const served = new Set(routes.map(({ method, path }) => `${method.toLowerCase()} ${withoutNames(path)}`));
  const paths = Object.entries(model.paths).flatMap(([path, item]): [string, PathItem][] => {
    const kept = verbs.filter((verb) => item[verb] !== undefined && served.has(`${verb} ${withoutNames(path)}`));
    if (kept.length === 0) return [];
    const { parameters } = item;
    const operations = Object.fromEntries(kept.map((verb) => [verb, item[verb]]));
    return [[path, { ...(parameters !== undefined && { parameters }), ...operations }]];
  });
  const { schemas, ...components } = model.components;
  const named = namedSchemas([paths, components], schemas);
  return {
    ...model,
    info: { ...model.info, description: `${model.info.description} ${leftOut}` },
    paths: Object.fromEntries(paths),
    components: {
      ...components,
      schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => named.has(name))),
    },
  };
}

/** Ids have other names in the document than in our routes: `/vms/{vm_id}` and `/vms/:vm` are both `/vms/{}`. */
export function withoutNames(path: string): string {
  return path.replace(/\{\w+\}|:\w+/g, "{}");
}

/** All schemas that `root` names, and those that these name. */
function namedSchemas(root: unknown, schemas: Readonly<Record<string, Schema>>): ReadonlySet<string> {
  const found = new Set<string>();
  const look: unknown[] = [root];
  for (let part = look.pop(); part !== undefined; part = look.pop()) {
    for (const [, name = ""] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      look.push(schemas[name] ?? {});
    }
  }
  return found;
}
