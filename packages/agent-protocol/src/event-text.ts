import { decode, Mismatch } from "./decode.ts";
import { type AgentEvent, eventMethods } from "./generated/events.ts";
import { eventSchemas } from "./generated/schema.ts";
import { isJsonObject } from "./json.ts";
import { parseJson } from "./json-rpc.ts";

type EventName = AgentEvent["event"];

/**
 * The time that goes with events and with `statusTime`: 2^31-1 plus milliseconds since the machine started. It orders
 * what one agent says, also across its restarts, and means nothing else. vdsm fd4b0df lib/vdsm/common/time.py.
 */
export function eventTime(sinceBootMs: number): number {
  return 2 ** 31 - 1 + Math.round(sinceBootMs);
}

/** The body of an event: a JSON-RPC notification whose method is `|component|operation|id`. */
export function formatEvent({ event, id, params }: AgentEvent, notifyTime: number): string {
  const { component, operation } = eventMethods[event];
  return JSON.stringify({
    jsonrpc: "2.0",
    method: `|${component}|${operation}|${id}`,
    params: { ...params, notify_time: notifyTime },
  });
}

export interface ParsedEvent {
  readonly event: AgentEvent;
  readonly notifyTime: number;
}

/** Reads an event; `{ problem }` for one that this version does not know or cannot understand. */
export function parseEvent(body: Uint8Array): ParsedEvent | { readonly problem: string } {
  const value = parseJson(body);
  if (!isJsonObject(value) || typeof value["method"] !== "string" || !isJsonObject(value["params"])) {
    return { problem: "not a notification" };
  }
  const [before, component, operation, id, ...rest] = value["method"].split("|");
  const name = eventNames.get(`${component}|${operation}`);
  if (before !== "" || id === undefined || rest.length > 0 || name === undefined) {
    return { problem: `unknown event ${value["method"].slice(0, 100)}` };
  }
  const { notify_time: notifyTime, ...params } = value["params"];
  const schema = eventSchemas[name];
  if (schema === undefined) return { problem: `no schema for ${name}` };
  try {
    const event = { event: name, id, params: decode(schema, params, "tolerant") } as AgentEvent;
    return { event, notifyTime: typeof notifyTime === "number" ? notifyTime : 0 };
  } catch (error) {
    if (error instanceof Mismatch) return { problem: `${name}: ${error.message}` };
    throw error;
  }
}

const eventNames = new Map(
  Object.entries(eventMethods).map(([name, { component, operation }]) => [
    `${component}|${operation}`,
    name as EventName,
  ]),
);
