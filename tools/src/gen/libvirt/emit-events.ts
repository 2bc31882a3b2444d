import { camel, type EventMessage, type Program, pascal } from "./model.ts";

/** Events that come by callback id, by family and kind; and the decoder for each number. */
export function emitEvents(program: Program): string {
  const byFamily = Map.groupBy(
    program.events.filter((event) => event.family !== undefined),
    (event) => event.family ?? "",
  );
  return [...[...byFamily].map(([family, events]) => emitFamily(family, events)), emitNumbers(program)].join("\n");
}

function emitFamily(family: string, events: readonly EventMessage[]): string {
  const kinds = events.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
  const types = kinds.map((event) => `  readonly ${camel(event.kind ?? "")}: types.${event.type};\n`);
  const ids = kinds.map((event) => `  ${camel(event.kind ?? "")}: ${event.id},\n`);
  return [
    `export interface ${pascal(family)}Events {\n${types.join("")}}\n`,
    `/** The id that a subscription asks for. */`,
    `export const ${camel(family)}EventIds: { readonly [Kind in keyof ${pascal(family)}Events]: number } = {\n${ids.join("")}};\n`,
  ].join("\n");
}

function emitNumbers({ name, events }: Program): string {
  const rows = events.map(
    (event) =>
      `  [${event.number}, { name: "${event.name}", family: ${familyOf(name, event)}, decode: codecs.decode${event.type} }],\n`,
  );
  return `export const ${name}EventMessages: ReadonlyMap<number, EventMessage> = new Map<number, EventMessage>([\n${rows.join("")}]);\n`;
}

/** An event without a family has no callback id: it belongs to the connection, or to the registrations of old. */
function familyOf(program: string, event: EventMessage): string {
  if (program === "qemu") return '"monitor"';
  return event.family === undefined ? "undefined" : `"${camel(event.family)}"`;
}
