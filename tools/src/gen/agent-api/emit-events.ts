import { emitFields } from "./emit-types.ts";
import type { AgentSpec, EventSpec } from "./read-spec.ts";

/** `events.ts`: what an agent announces, as a union told apart by `event`. */
export function emitEvents(spec: AgentSpec): string {
  const names = Object.keys(spec.events);
  return `import type * as t from "./types.ts";

${Object.entries(spec.events)
  .map(([name, event]) => emitEvent(spec, name, event))
  .join("\n")}
/** Everything an agent announces by itself. Events are hints: lost ones are repaired by asking. */
export type AgentEvent = ${names.map(interfaceName).join(" | ")};

/** How the method of each event begins: its component and operation; the id follows. */
export const eventMethods = {
${Object.entries(spec.events)
  .map(([name, event]) => `  ${name}: { component: "${event.component}", operation: "${event.operation ?? name}" },\n`)
  .join("")}} as const;
`;
}

function interfaceName(name: string): string {
  return `${name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}Event`;
}

function emitEvent(spec: AgentSpec, name: string, event: EventSpec): string {
  const keyed = event.params["*"];
  const params =
    keyed === undefined
      ? emitFields(spec, name, event.params)
          .replace(/^ {2}/gm, "    ")
          .replace(/: ([A-Z]\w*)(;| \|)/g, ": t.$1$2")
      : `    readonly [id: string]: t.${keyed};\n`;
  return `export interface ${interfaceName(name)} {
  readonly event: "${name}";
  /** ${event.id === "uuid" ? "A UUID." : "Always no_id."} */
  readonly id: string;
  readonly params: {\n${params}  };
}
`;
}
