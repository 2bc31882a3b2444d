import type { Clock } from "@yagura/std/clock.ts";
import type { UserId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { insertEvent } from "../db/queries/events.ts";
import { type NewEvent, recordEvent } from "./record.ts";

/** Writes an event within a transaction: it is told if, and only if, what it tells of has happened. */
export function announce(tx: Tx, clock: Clock, event: NewEvent): Promise<number> {
  const writer = {
    insertEvent: (record: Parameters<Parameters<typeof recordEvent>[0]["insertEvent"]>[0]) =>
      insertEvent(tx, { ...record, userId: record.userId as UserId | undefined }),
  };
  return recordEvent(writer, clock, event);
}
