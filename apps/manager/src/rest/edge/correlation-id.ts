/** What a job and an event can be found by; longer ones are cut like oVirt's. */
const CORRELATION_ID_CHARACTERS_MAX = 36;

/** The client's correlation id reduced to letters, digits, `_` and `-`; a new one if nothing is left. */
export function correlationId(asked: string | undefined, newId: () => string): string {
  const cleaned = asked?.replace(/[^0-9A-Za-z_-]/g, "").slice(0, CORRELATION_ID_CHARACTERS_MAX) ?? "";
  return cleaned === "" ? newId() : cleaned;
}
