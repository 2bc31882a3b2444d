import { BadSearch } from "./bad-search.ts";

export type Operator = "=" | "!=" | "<" | ">" | "<=" | ">=";

export type Token =
  | { readonly kind: "operator"; readonly operator: Operator }
  /** `isQuoted`: never a word of the language itself. */
  | { readonly kind: "word"; readonly text: string; readonly isQuoted: boolean };

/** More than any client or person writes; forklift lists 58 event codes. */
const SEARCH_CHARACTERS_MAX = 8192;

const tokenPattern = /\s*(?:(!=|<=|>=|=|<|>)|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s=<>!"']+))/y;

/** Cuts a search into words and operators. @throws BadSearch */
export function tokenize(search: string): Token[] {
  if (search.length > SEARCH_CHARACTERS_MAX) {
    throw new BadSearch(`it has more than ${SEARCH_CHARACTERS_MAX} characters`);
  }
  if (search.includes("\0")) throw new BadSearch("it has a character that no text has");
  const text = search.trimEnd();
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw new BadSearch(`cannot read ${JSON.stringify(text.slice(at, at + 40).trim())}`);
    const [, operator, doubleQuoted, singleQuoted, bare] = match;
    if (operator !== undefined) tokens.push({ kind: "operator", operator: operator as Operator });
    else if (bare !== undefined) tokens.push({ kind: "word", text: bare, isQuoted: false });
    else {
      const quoted = doubleQuoted?.replace(/\\(.)/g, "$1") ?? singleQuoted ?? "";
      tokens.push({ kind: "word", text: quoted, isQuoted: true });
    }
  }
  return tokens;
}
