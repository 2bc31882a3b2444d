import { emitFields } from "./emit-types.ts";
import { fieldsOf, paramsName, typeOf } from "./fields.ts";
import type { AgentSpec, NamespaceSpec, VerbSpec } from "./read-spec.ts";
import { toTypeScript } from "./type-expression.ts";

/** `verbs.ts`: parameters of every verb, the interface of a server, and the one of a client. */
export function emitVerbs(spec: AgentSpec): string {
  const params = spec.namespaces.flatMap(({ namespace, verbs }) =>
    Object.entries(verbs).map(
      ([verb, { params }]) =>
        `export interface ${paramsName(namespace, verb)} {\n${emitFields(spec, `${namespace}.${verb}`, params)}}\n`,
    ),
  );
  const names = spec.namespaces.flatMap(({ namespace, verbs }) =>
    Object.keys(verbs).map((verb) => `  "${namespace}.${verb}",\n`),
  );
  const list = (suffix: string): string =>
    spec.namespaces.map(({ namespace }) => `  readonly ${namespace}: ${namespace}${suffix};\n`).join("");
  return `import type { CallContext, CallOptions } from "../call.ts";
import type * as t from "./types.ts";

${unqualify(params.join("\n"), spec)}
${spec.namespaces.map((namespace) => serverInterface(spec, namespace)).join("\n")}
${spec.namespaces.map((namespace) => clientInterface(spec, namespace)).join("\n")}
/** What a complete host agent answers. A server may have only some of it: see \`SomeVerbs\`. */
export interface AgentVerbs {
${list("Verbs")}}

/** The verbs that one agent has; every other one is answered with -32601. */
export type SomeVerbs = { readonly [N in keyof AgentVerbs]?: Partial<AgentVerbs[N]> };

/** What a client can call. */
export interface AgentCalls {
${list("Calls")}}

/** Every verb by its full name. */
export const verbNames = [
${names.join("")}] as const;
export type VerbName = (typeof verbNames)[number];
`;
}

function serverInterface(spec: AgentSpec, { namespace, verbs }: NamespaceSpec): string {
  const methods = Object.entries(verbs).map(([verb, definition]) => {
    const result = resultType(spec, `${namespace}.${verb}`, definition);
    return `${remark(definition)}  ${verb}(params: ${paramsName(namespace, verb)}, context: CallContext): Promise<${result}>;\n`;
  });
  return `export interface ${namespace}Verbs {\n${methods.join("")}}\n`;
}

function clientInterface(spec: AgentSpec, { namespace, verbs }: NamespaceSpec): string {
  const methods = Object.entries(verbs).map(([verb, definition]) => {
    const result = resultType(spec, `${namespace}.${verb}`, definition);
    const fields = fieldsOf(spec, `${namespace}.${verb}`, definition.params);
    const mayOmit = fields.every((field) => field.isOptional) ? "?" : "";
    return `${remark(definition)}  ${verb}(params${mayOmit}: ${paramsName(namespace, verb)}, options?: CallOptions): Promise<${result}>;\n`;
  });
  return `export interface ${namespace}Calls {\n${methods.join("")}}\n`;
}

function remark({ deprecated }: VerbSpec): string {
  return deprecated === true ? "  /** @deprecated */\n" : "";
}

function resultType(spec: AgentSpec, where: string, { result }: VerbSpec): string {
  return result === "none" ? "void" : unqualify(toTypeScript(typeOf(spec, where, result)), spec);
}

/** Named types live in `types.ts`, which is imported as `t`. */
function unqualify(code: string, spec: AgentSpec): string {
  return code.replace(/(?<=: |readonly |, |<|^|\()([A-Za-z]\w*)(?=[;,>[\])]| \| |$)/gm, (name) => {
    if (name === "JsonValue") return 'import("../json.ts").JsonValue';
    return Object.hasOwn(spec.types, name) ? `t.${name}` : name;
  });
}
