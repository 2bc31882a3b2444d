import type { AgentSpec } from "./read-spec.ts";

/** `errors.ts`: the catalogue by name. */
export function emitErrors(spec: AgentSpec): string {
  const names = new Set<string>();
  const entries = spec.errors.map(({ name, code, text, area, when, alias }) => {
    if (names.has(name)) throw new Error(`specs/agent-api: the error ${name} is defined twice`);
    names.add(name);
    const comment = when === undefined ? "" : `  /** When ${when}. */\n`;
    const isAlias = alias === true ? ", isAlias: true" : "";
    return `${comment}  ${name}: { code: ${code}, text: ${JSON.stringify(text)}, area: "${area}"${isAlias} },\n`;
  });
  return `/** Every error an agent can answer with, by name. Codes overlap between areas: prefer the name. */
export const agentErrors = {
${entries.join("")}} as const;

export type AgentErrorName = keyof typeof agentErrors;
`;
}
