import { BadDocument } from "./bad-document.ts";
import type { ReadOptions } from "./limits.ts";
import { type Scalar, type ScalarKind, scalarRules } from "./scalars.ts";

/** @throws BadDocument when the text does not say a value of this kind. */
export function readScalarText(kind: ScalarKind, text: string, path: string): Scalar {
  const { fromText, noun } = scalarRules[kind];
  const value = fromText(text);
  if (value === undefined) throw new BadDocument(path, `expected ${noun}, found ${quote(text)}`);
  return value;
}

/** A word of an enum, in any case of letters; `undefined` when it is unknown and may be left out. */
export function readWord(
  words: readonly string[],
  text: string,
  path: string,
  { unknownWords = "refuse" }: ReadOptions,
): string | undefined {
  const word = text.trim().toLowerCase();
  if (words.includes(word)) return word;
  if (unknownWords === "leave out") return undefined;
  throw new BadDocument(path, `expected one of ${words.join(", ")}; found ${quote(text)}`);
}

/** Input in a message: short, on one line, without anything that a terminal or a log would act on. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
