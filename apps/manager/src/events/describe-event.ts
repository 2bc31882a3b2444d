import type { EventRefs, NewAuditEvent } from "../domain/event/event.ts";
import { type EventName, eventCatalogue } from "./catalogue.ts";

/** An event's sentence is cut here: details may come from a host or a client. */
const TEXT_CHARACTERS_MAX = 4000;

export interface EventFacts {
  /** What it is about. Whoever is `user` did it; without one the system did it by itself. */
  readonly refs?: EventRefs;
  /** The other words of the sentence: `{reason}`, `{status}` … */
  readonly details?: Readonly<Record<string, string>>;
}

/** The event as it is stored: the catalogue's code and severity, and its sentence with the names put in. Pure. */
export function describeEvent(name: EventName, { refs = {}, details = {} }: EventFacts = {}): NewAuditEvent {
  const { code, severity, text } = eventCatalogue[name];
  const words = new Map<string, string>([["user", "the system"]]);
  for (const [word, ref] of Object.entries(refs)) words.set(word, ref.name);
  for (const [word, detail] of Object.entries(details)) words.set(word, detail);
  const sentence = text
    .replace(/\{(\w+)\}/g, (_, word: string) => words.get(word) ?? "")
    .replace(/\s+/g, " ")
    .replace(/ \./g, ".")
    .trim();
  const capital = sentence.startsWith("the system") ? `T${sentence.slice(1)}` : sentence;
  return { code, severity, text: capital.slice(0, TEXT_CHARACTERS_MAX), refs };
}
