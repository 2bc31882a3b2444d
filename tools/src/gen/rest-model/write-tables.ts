import { allMembers, isIdentified, structsOf } from "./members.ts";
import { pathName, tagsOf } from "./names.ts";
import { isEnum, isScalar, type ModelSpec, parseType } from "./spec.ts";

/** `structs.ts`: what the codecs need to know about each type, as small as it can be said. */
export function writeStructTables(model: ModelSpec): string {
  const tags = tagsOf(model.names);
  const lines = [
    'import type { RestTypeName } from "./types.ts";\n\n',
    "/** Words that a member of this type may be. */\n",
    "export const enums: Readonly<Record<string, readonly string[]>> = {\n",
    ...[...model.types].flatMap(([name, type]) =>
      isEnum(type) ? [`  ${name}: ${JSON.stringify(type.values)},\n`] : [],
    ),
    "};\n\n",
    "/** Members of each type in the order in which they are written. */\n",
    "export const structs: Readonly<Record<RestTypeName, Readonly<Record<string, string>>>> = {\n",
    '  link: { rel: "string", href: "string" },\n',
    ...structsOf(model).map(([name]) => {
      const members = allMembers(model, name).map((member) => `${member.name}: "${member.type}"`);
      return `  ${name}: { ${members.join(", ")} },\n`;
    }),
    "};\n\n",
    "/** The element around a list of things of this type. */\n",
    "export const collectionTags: Readonly<Record<RestTypeName, string>> = {\n",
    '  link: "links",\n',
    ...structsOf(model).map(([name]) => `  ${name}: "${tags.collectionTag(name)}",\n`),
    "};\n\n",
    "/** Types and members whose tag is not their name. */\n",
    `export const tagExceptions: Readonly<Record<string, string>> = ${JSON.stringify(model.names.tags)};\n\n`,
    "/** The element of one word in a list of words, by the name of the list. */\n",
    `export const scalarItemTags: Readonly<Record<string, string>> = ${JSON.stringify(scalarItemTags(model))};\n`,
  ];
  return lines.join("");
}

function scalarItemTags(model: ModelSpec): Record<string, string> {
  const tags = tagsOf(model.names);
  const found: Record<string, string> = {};
  for (const [name] of structsOf(model)) {
    for (const member of allMembers(model, name)) {
      const { of, list } = parseType(member.type);
      const type = model.types.get(of);
      const isPlain = isScalar(of) || (type !== undefined && isEnum(type));
      if (list && isPlain) found[member.name] = tags.scalarItemTag(member.name);
    }
  }
  return found;
}

/** `services.ts`: paths, operations, actions and sub-collections, so that a server can say where one can go from here. */
export function writeServiceTables(model: ModelSpec): string {
  const names = [...model.services.keys()].sort();
  const lines = names.map((name) => {
    const service = model.services.get(name) ?? {};
    const { type, item } = service;
    const row = {
      ...(type !== undefined && { type }),
      ...(item !== undefined && { item }),
      operations: Object.keys(service.operations ?? {}),
      actions: Object.fromEntries(Object.keys(service.actions ?? {}).map((action) => [pathName(action), action])),
      children: Object.fromEntries(
        Object.entries(service.children ?? {}).map(([child, of]) => [pathName(child), { name: child, service: of }]),
      ),
    };
    return `  ${name}: ${JSON.stringify(row)},\n`;
  });
  return [
    'import type { RestTypeName } from "./types.ts";\n\n',
    "export type ServiceName =\n",
    ...names.map((name) => `  | "${name}"\n`),
    ";\n\n",
    'export type OperationName = "list" | "get" | "add" | "update" | "remove";\n\n',
    "/** What can be done at one place of the API. Keys of `actions` and `children` are as they stand in a path. */\n",
    "export interface Service {\n",
    "  readonly type?: RestTypeName;\n",
    "  readonly item?: ServiceName;\n",
    "  readonly operations: readonly OperationName[];\n",
    "  readonly actions: Readonly<Record<string, string>>;\n",
    "  readonly children: Readonly<Record<string, { readonly name: string; readonly service: ServiceName }>>;\n",
    "}\n\n",
    "export const services: Readonly<Record<ServiceName, Service>> = {\n",
    ...lines,
    "};\n\n",
    "/** Types that have an id, a name and links. */\n",
    "export const identifiedTypes: ReadonlySet<RestTypeName> = new Set([\n",
    ...structsOf(model).flatMap(([name]) => (isIdentified(model, name) ? [`  "${name}",\n`] : [])),
    "]);\n\n",
    "/** Paths below the root that `GET /api` has no link for. */\n",
    `export const notListedAtTheRoot: readonly string[] = ${JSON.stringify(model.names.notListedAtTheRoot.map(pathName))};\n\n`,
    "/** Paths below the root that `GET /api` has a second link for, with a query to fill in. */\n",
    `export const searchableAtTheRoot: readonly string[] = ${JSON.stringify(model.names.searchableAtTheRoot.map(pathName))};\n\n`,
    "/** What is ours and not oVirt's, by name, with the day it came. */\n",
    "export const additions: readonly { readonly name: string; readonly added: string; readonly why: string }[] = ",
    `${JSON.stringify(
      model.additions.map(({ name, added, why }) => ({ name, added, why })),
      undefined,
      2,
    )};\n`,
  ].join("");
}
