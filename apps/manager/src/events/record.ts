import type { Clock } from "@yagura/std/clock.ts";
import type { EventSeverity } from "../domain/event/event.ts";
import { type EventName, eventCatalogue } from "./catalogue.ts";

/** A thing an event is about: by id for programs, by name for the sentence (names change, ids do not). */
export interface EventSubject {
  readonly id: string;
  readonly name: string;
}

/** What happened, to what, by whom. Subjects not given stay out; the words of `details` replace `{…}` in the text. */
export interface NewEvent {
  readonly name: EventName;
  readonly correlationId?: string;
  readonly user?: EventSubject;
  readonly vm?: EventSubject;
  readonly host?: EventSubject;
  readonly cluster?: EventSubject;
  readonly dataCenter?: EventSubject;
  readonly storageDomain?: EventSubject;
  readonly template?: EventSubject;
  readonly details?: Readonly<Record<string, string>>;
}

/** An event as it is stored. Its id is an integer that only grows, given by the database. */
export interface EventRecord {
  readonly code: number;
  readonly severity: EventSeverity;
  readonly description: string;
  readonly timeMs: number;
  readonly correlationId: string | undefined;
  readonly userId: string | undefined;
  readonly userName: string | undefined;
  readonly vmId: string | undefined;
  readonly vmName: string | undefined;
  readonly hostId: string | undefined;
  readonly hostName: string | undefined;
  readonly clusterId: string | undefined;
  readonly clusterName: string | undefined;
  readonly dataCenterId: string | undefined;
  readonly dataCenterName: string | undefined;
  readonly storageDomainId: string | undefined;
  readonly storageDomainName: string | undefined;
  readonly templateId: string | undefined;
  readonly templateName: string | undefined;
  readonly origin: string;
  readonly customId: number | undefined;
  readonly customData: string | undefined;
}

export const ownOrigin = "yagura";

/** An event's sentence is cut here: details may come from a host or a client. */
const DESCRIPTION_CHARACTERS_MAX = 4000;

/** The stored form of an event. Pure. */
export function describeEvent(event: NewEvent, nowMs: number): EventRecord {
  const { code, severity } = eventCatalogue[event.name];
  return {
    code,
    severity,
    description: sentence(event),
    timeMs: nowMs,
    correlationId: event.correlationId,
    userId: event.user?.id,
    userName: event.user?.name,
    vmId: event.vm?.id,
    vmName: event.vm?.name,
    hostId: event.host?.id,
    hostName: event.host?.name,
    clusterId: event.cluster?.id,
    clusterName: event.cluster?.name,
    dataCenterId: event.dataCenter?.id,
    dataCenterName: event.dataCenter?.name,
    storageDomainId: event.storageDomain?.id,
    storageDomainName: event.storageDomain?.name,
    templateId: event.template?.id,
    templateName: event.template?.name,
    origin: ownOrigin,
    customId: undefined,
    customData: undefined,
  };
}

/** Where events are kept: a query of the database, inside the caller's transaction if he has one. */
export interface EventWriter {
  insertEvent(event: EventRecord): Promise<number>;
}

/** Writes one event and returns its id. */
export function recordEvent(writer: EventWriter, clock: Clock, event: NewEvent): Promise<number> {
  return writer.insertEvent(describeEvent(event, clock.nowMs()));
}

function sentence(event: NewEvent): string {
  // Nobody asked for it: the system did it by itself.
  const words = new Map<string, string>([["user", "the system"]]);
  for (const [word, subject] of subjectsOf(event)) {
    if (subject !== undefined) words.set(word, subject.name);
  }
  for (const [word, detail] of Object.entries(event.details ?? {})) words.set(word, detail);
  const text = eventCatalogue[event.name].text
    .replace(/\{(\w+)\}/g, (_, word: string) => words.get(word) ?? "")
    .replace(/\s+/g, " ")
    .replace(/ \./g, ".")
    .trim();
  return (text.startsWith("the system ") ? `T${text.slice(1)}` : text).slice(0, DESCRIPTION_CHARACTERS_MAX);
}

function subjectsOf(event: NewEvent): [word: string, subject: EventSubject | undefined][] {
  const { user, vm, host, cluster, dataCenter, storageDomain, template } = event;
  return Object.entries({ user, vm, host, cluster, dataCenter, storageDomain, template });
}
