/** The keys of a metadata file with their values, as text. Keys that we do not know are kept and written back. */
export type KeyValues = ReadonlyMap<string, string>;

/** Metadata that cannot be what anybody wrote, or that must not be written. `code` is vdsm's. */
export class BadMetadata extends Error {
  override readonly name = "BadMetadata";
  readonly code: number;

  constructor(code: (typeof metadataErrors)[keyof typeof metadataErrors], message: string) {
    super(message);
    this.code = code;
  }
}

/** vdsm fd4b0df lib/vdsm/storage/exception.py */
export const metadataErrors = {
  invalid: 751,
  sealIsBroken: 752,
  overflow: 756,
  cleared: 757,
} as const;

/** A file of metadata is never larger; whoever reads one need not read more. */
export const METADATA_FILE_BYTES_MAX = 64 * 1024;

/** Lines without "=" are ignored, as vdsm does; later lines win. */
export function parseKeyValues(lines: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf("=");
    if (at > 0) found.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return found;
}

/** Lines sorted by key, in the order of code points. */
export function formatKeyValues(values: KeyValues): string[] {
  return [...values].map(([key, value]) => `${key}=${oneLine(key, value)}`).sort(byCodePoints);
}

/** A line break inside a value would become another key for whoever reads it. */
function oneLine(key: string, value: string): string {
  if (/[\p{Cc}\u2028\u2029\uFFFE\uFFFF]|\p{Cs}/u.test(value)) {
    throw new BadMetadata(metadataErrors.invalid, `the value of ${key} has a character that cannot be stored`);
  }
  return value;
}

/** Unlike the order of UTF-16 units, this one is what Python and most others sort by. */
function byCodePoints(one: string, other: string): number {
  const [a, b] = [Array.from(one), Array.from(other)];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i]?.codePointAt(0) ?? 0) - (b[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** @throws BadMetadata when the key is missing */
export function requireValue(values: KeyValues, key: string): string {
  const value = values.get(key);
  if (value === undefined) throw new BadMetadata(metadataErrors.invalid, `the key ${key} is missing`);
  return value;
}

/** @throws BadMetadata when it is none of these */
export function requireOneOf<const Word extends string>(values: KeyValues, key: string, words: readonly Word[]): Word {
  const value = requireValue(values, key);
  const word = words.find((known) => known === value);
  if (word === undefined) throw new BadMetadata(metadataErrors.invalid, `${key} is ${JSON.stringify(value)}`);
  return word;
}

/** A whole number from 0 up. @throws BadMetadata when it is none, or too large to be counted exactly */
export function requireCount(values: KeyValues, key: string): number {
  const value = requireValue(values, key);
  const count = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count)) {
    throw new BadMetadata(metadataErrors.invalid, `${key} is ${JSON.stringify(value)}, not a number`);
  }
  return count;
}
