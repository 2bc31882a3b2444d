import { pathName, typeName } from "./names.ts";
import { isScalar, type ModelSpec, type Parameters, parseType, type ServiceSpec } from "./spec.ts";
import { typeScriptType } from "./write-types.ts";

/** What the generated file imports its types from. This generator itself does not need it. */
const modelPackage = "@yagura/rest-model";

/**
 * `resources.ts`: one class for each collection, with the operations that it and its items have, and one for what is
 * below an item. Names are those of the model, so that v4's own manual documents them.
 */
export function writeClient(model: ModelSpec): string {
  const used = new Set<string>(["Action"]);
  const collections = [...model.services].filter(([name, service]) => isCollection(model, name, service)).sort(byName);
  const classes = [
    ...collections.map(([name, service]) => collectionClass(model, name, service, used)),
    childrenClass("Root", "the root of the API", model.services.get("system") ?? {}, { isRoot: true }),
  ];
  return [
    `import type { ${[...used].sort().join(", ")} } from "${modelPackage}";\n`,
    'import type { RequestOptions, Wire } from "../wire.ts";\n',
    'import { itemPath } from "../wire.ts";\n',
    ...classes,
  ].join("");
}

/** What a client holds on to: a list, or something one can add to. Items and the root are reached differently. */
function isCollection(model: ModelSpec, name: string, service: ServiceSpec): boolean {
  const isItem = [...model.services.values()].some((other) => other.item === name);
  return name !== "system" && !(isItem && service.item === undefined);
}

function collectionClass(model: ModelSpec, name: string, service: ServiceSpec, used: Set<string>): string {
  const item = model.services.get(service.item ?? "");
  const itemChildren = Object.keys(item?.children ?? {}).length > 0;
  const type = service.type ?? item?.type;
  if (type !== undefined) used.add(typeName(type));
  const methods = [
    ...collectionMethods(service, type, used),
    ...(item === undefined ? [] : itemMethods(item, type, used)),
    ...(itemChildren ? [atMethod(name)] : []),
  ];
  const text = `
export class ${typeName(name)}Resource {
  readonly #wire: Wire;
  readonly #path: string;

  constructor(wire: Wire, path: string) {
    this.#wire = wire;
    this.#path = path;
  }
${methods.map((method) => `\n${method}`).join("")}}
`;
  return itemChildren
    ? text + childrenClass(typeName(name), `one item of ${name}`, item ?? {}, { isRoot: false })
    : text;
}

function collectionMethods(service: ServiceSpec, type: string | undefined, used: Set<string>): string[] {
  const { list, add } = service.operations ?? {};
  const of = type === undefined ? "never" : typeName(type);
  return [
    ...(list === undefined
      ? []
      : [
          method(
            `list(${parametersArgument(list, used)})`,
            `readonly ${of}[]`,
            `list("${type}", this.#path, parameters, options)`,
          ),
        ]),
    ...(add === undefined
      ? []
      : [
          method(
            `add(body: ${of}, ${parametersArgument(add, used)})`,
            of,
            `add("${type}", this.#path, body, parameters, options)`,
          ),
        ]),
    ...(service.item === undefined ? singleMethods(service, type, used) : []),
  ];
}

/** A thing of which there is one, reached without an id. */
function singleMethods(service: ServiceSpec, type: string | undefined, used: Set<string>): string[] {
  const { get, update } = service.operations ?? {};
  const of = type === undefined ? "never" : typeName(type);
  return [
    ...(get === undefined
      ? []
      : [method(`get(${parametersArgument(get, used)})`, of, `get("${type}", this.#path, parameters, options)`)]),
    ...(update === undefined
      ? []
      : [
          method(
            `update(body: ${of}, ${parametersArgument(update, used)})`,
            of,
            `update("${type}", this.#path, body, parameters, options)`,
          ),
        ]),
  ];
}

function itemMethods(item: ServiceSpec, type: string | undefined, used: Set<string>): string[] {
  const { get, update, remove } = item.operations ?? {};
  const of = type === undefined ? "never" : typeName(type);
  const at = "itemPath(this.#path, id)";
  const actions = Object.keys(item.actions ?? {});
  return [
    ...(get === undefined
      ? []
      : [
          method(`get(id: string, ${parametersArgument(get, used)})`, of, `get("${type}", ${at}, parameters, options)`),
        ]),
    ...(update === undefined
      ? []
      : [
          method(
            `update(id: string, body: ${of}, ${parametersArgument(update, used)})`,
            of,
            `update("${type}", ${at}, body, parameters, options)`,
          ),
        ]),
    ...(remove === undefined
      ? []
      : [
          method(
            `remove(id: string, ${parametersArgument(remove, used)})`,
            "void",
            `remove(${at}, parameters, options)`,
          ),
        ]),
    ...(actions.length === 0
      ? []
      : [
          method(
            `action(id: string, name: ${actions.map((action) => `"${action}"`).join(" | ")}, body: Action = {}, options: RequestOptions = {})`,
            "Action",
            `act(${at}, name, body, options)`,
          ),
        ]),
  ];
}

function atMethod(name: string): string {
  return `  /** What is below the item with this id. */
  at(id: string): ${typeName(name)}Children {
    return new ${typeName(name)}Children(this.#wire, itemPath(this.#path, id));
  }
`;
}

function childrenClass(name: string, what: string, service: ServiceSpec, { isRoot }: { isRoot: boolean }): string {
  const children = Object.entries(service.children ?? {});
  return `
/** What is below ${what}. */
export class ${name}${isRoot ? "Resources" : "Children"} {
  readonly #wire: Wire;
  readonly #path: string;

  constructor(wire: Wire, path: string) {
    this.#wire = wire;
    this.#path = path;
  }
${children
  .map(
    ([child, of]) => `
  get ${child}(): ${typeName(of)}Resource {
    return new ${typeName(of)}Resource(this.#wire, \`\${this.#path}/${pathName(child)}\`);
  }
`,
  )
  .join("")}}
`;
}

function method(signature: string, result: string, call: string): string {
  return `  ${signature}: Promise<${result}> {\n    return this.#wire.${call};\n  }\n`;
}

function parametersArgument(parameters: Parameters, used: Set<string>): string {
  const members = Object.entries(parameters).map(([name, text]) => {
    const { of } = parseType(text);
    if (!isScalar(of)) used.add(typeName(of));
    return `readonly ${name}?: ${typeScriptType(text)} | undefined`;
  });
  const type = members.length === 0 ? "Readonly<Record<never, never>>" : `{ ${members.join("; ")} }`;
  return `parameters: ${type} = {}, options: RequestOptions = {}`;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
