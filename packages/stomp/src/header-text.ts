import { FrameRefused } from "./frame.ts";

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", ":": "\\c" };
const unescapes: Readonly<Record<string, string>> = { "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\c": ":" };

export interface EscapeOptions {
  /** `false` for a peer that does not undo escapes (oVirt's Java client): a `:` then goes out as it is. */
  readonly escapeColons: boolean;
}

/** The text of a header name or value as it is sent. A line break can never get out unescaped. */
export function escapeHeader(text: string, { escapeColons }: EscapeOptions): string {
  return text.replace(escapeColons ? /[\\\n\r:]/g : /[\\\n\r]/g, (found) => escapes[found] ?? found);
}

/**
 * Undoes the escapes of STOMP 1.2. `isLenient`, for CONNECT and CONNECTED, which that version does not escape at all,
 * leaves an unknown escape as it is.
 * @throws FrameRefused when an escape is unknown and it is not lenient.
 */
export function unescapeHeader(text: string, isLenient: boolean): string {
  return text.replace(/\\[\s\S]?/g, (found) => {
    const meant = unescapes[found];
    if (meant !== undefined) return meant;
    if (isLenient) return found;
    throw new FrameRefused(`unknown escape ${JSON.stringify(found)} in a header`);
  });
}
