import type { XdrReader } from "@yagura/xdr";

/** Who counts the callback ids of an event; two families may use the same number. */
export type EventFamily = "domain" | "network" | "storagePool" | "nodeDevice" | "secret" | "monitor";

/** A message that the daemon sends by itself. Without a family it carries no callback id. */
export interface EventMessage {
  readonly name: string;
  readonly family: EventFamily | undefined;
  decode(reader: XdrReader): object;
}
