// Events as they happen, as `text/event-stream`: an addition of ours to GET /events (docs/rest.md).
import { Readable } from "node:stream";
import { describeError } from "@yagura/std/describe-error.ts";
import { type SqlBool, sql } from "kysely";
import type { Services } from "../../context.ts";
import { lastEventId, listEvents, listEventTimes } from "../../db/queries/events.ts";
import type { AuditEvent } from "../../domain/event/event.ts";
import type { Viewer } from "../search/field.ts";
import { eventSearch } from "../search/fields/events.ts";
import { findIds } from "../search/find-ids.ts";
import type { Search } from "../search/parse-search.ts";
import { settledUpTo } from "./settled-up-to.ts";

/** Of all clients together: each holds a connection and asks the database once a second. */
const STREAMS_MAX = 100;
/** What is in memory for a client that is behind; the next are read when it has taken these. */
const EVENTS_AT_ONCE = 200;
const LOOK_MS = 1000;
/** Well below what proxies and we ourselves take for a dead connection. */
const HEARTBEAT_MS = 15_000;
/** How long a stream may outlive its session. */
const CHECK_MS = 5000;

export class TooManyStreams extends Error {
  override readonly name = "TooManyStreams";

  constructor() {
    super(`${STREAMS_MAX} clients are told of events already`);
  }
}

export interface StreamRequest {
  /** The last event that the client has; from now on when it has none. */
  readonly afterId: number | undefined;
  readonly search: Search;
  readonly isCaseSensitive: boolean;
  readonly viewer: Viewer;
  /** The document of an event, in one line. */
  render(event: AuditEvent): string;
  /** Whether the client is still logged in and may see events. */
  mayGoOn(): Promise<boolean>;
}

/** The open streams. */
export class EventStreams {
  readonly #services: Pick<Services, "db" | "clock" | "log">;
  readonly #stopping: AbortSignal;
  #open = 0;

  constructor(services: Pick<Services, "db" | "clock" | "log">, stopping: AbortSignal) {
    this.#services = services;
    this.#stopping = stopping;
  }

  /** @throws TooManyStreams, BadSearch */
  async open(request: StreamRequest): Promise<Readable> {
    if (this.#open >= STREAMS_MAX) throw new TooManyStreams();
    const { db } = this.#services;
    const cursor = request.afterId ?? (await lastEventId(db));
    // Asked before the answer begins: what is wrong with a search can still be told.
    await this.#find(request, cursor, cursor);
    this.#open++;
    const stream = Readable.from(this.#write(request, cursor));
    stream.once("close", () => this.#open--);
    return stream;
  }

  async *#write(request: StreamRequest, afterId: number): AsyncGenerator<string> {
    const { clock, log } = this.#services;
    let [cursor, saidAtMs, checkedAtMs] = [afterId, clock.monotonicMs(), clock.monotonicMs()];
    try {
      yield "retry: 3000\n\n";
      while (!this.#stopping.aborted) {
        const nowMs = clock.monotonicMs();
        if (nowMs - checkedAtMs >= CHECK_MS) {
          if (!(await request.mayGoOn())) return;
          checkedAtMs = nowMs;
        }
        const { events, settled, isBehind } = await this.#look(request, cursor);
        cursor = settled;
        if (events.length > 0 || nowMs - saidAtMs >= HEARTBEAT_MS) {
          yield events.length > 0 ? events.map((event) => formatEvent(event, request)).join("") : ":\n\n";
          saidAtMs = clock.monotonicMs();
        }
        if (!isBehind) await clock.sleep(LOOK_MS, this.#stopping);
      }
    } catch (error) {
      if (!this.#stopping.aborted) log.warn("a stream of events was cut off", { error: describeError(error) });
    }
  }

  /** What is new after `cursor`, as far as nothing in between can come later. */
  async #look(
    request: StreamRequest,
    cursor: number,
  ): Promise<{ readonly events: readonly AuditEvent[]; readonly settled: number; readonly isBehind: boolean }> {
    const { db, clock } = this.#services;
    const all = await listEventTimes(db, cursor, EVENTS_AT_ONCE);
    const settled = settledUpTo(cursor, all, clock.nowMs());
    const events = settled === cursor ? [] : await this.#find(request, cursor, settled);
    return { events, settled, isBehind: all.length === EVENTS_AT_ONCE && settled !== cursor };
  }

  /** The events after `from` up to `to` that the client looks for, in their order. */
  async #find(request: StreamRequest, from: number, to: number): Promise<readonly AuditEvent[]> {
    const { db } = this.#services;
    const { search, isCaseSensitive, viewer } = request;
    const among = sql<SqlBool>`events.id > ${from} and events.id <= ${to}`;
    const ids = await findIds(db, eventSearch, {
      search: { anyOf: search.anyOf },
      isCaseSensitive,
      viewer,
      among,
    });
    return (await listEvents(db, { ids: ids.map(Number) }, EVENTS_AT_ONCE)).toReversed();
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html; the document has no line ends. */
function formatEvent(event: AuditEvent, { render }: StreamRequest): string {
  return `id: ${event.id}\ndata: ${render(event)}\n\n`;
}
