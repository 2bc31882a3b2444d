import { BadSearch } from "./bad-search.ts";
import { type Operator, type Token, tokenize } from "./tokenize.ts";

export interface Condition {
  /** Lower case, with the object before a dot if one was named: `status`, `storage.name`. */
  readonly field: string;
  readonly operator: Operator;
  readonly value: string;
}

export interface Search {
  /** Any of the lists must hold, all conditions of a list: AND binds closer than OR. An empty search has no list. */
  readonly anyOf: readonly (readonly Condition[])[];
  readonly sortBy?: { readonly field: string; readonly isDescending: boolean };
  /** From 1. */
  readonly page?: number;
}

const CONDITIONS_MAX = 256;

/**
 * Reads a search of v4: `field op value [and|or] … [sortby field asc|desc] [page N]`, the object that is searched
 * optionally in front (`Vms: …`). Conditions side by side without a word between them must both hold.
 * @throws BadSearch
 */
export function parseSearch(text: string): Search {
  const rest = new TokenReader(tokenize(text.replace(/^\s*\w+\s*:(?=\s|$)/, "")));
  const anyOf = readConditions(rest);
  const sortBy = readSortBy(rest);
  const page = readPage(rest);
  const extra = rest.take();
  if (extra !== undefined) throw new BadSearch(`did not expect ${describe(extra)}`);
  return { anyOf, ...(sortBy && { sortBy }), ...(page !== undefined && { page }) };
}

function readConditions(rest: TokenReader): Condition[][] {
  const anyOf: Condition[][] = [];
  let all: Condition[] = [];
  let count = 0;
  while (!rest.isAtEnd() && !rest.isAt("sortby") && !rest.isAt("page")) {
    if (count > 0) {
      if (rest.takeWord("or")) {
        anyOf.push(all);
        all = [];
      } else rest.takeWord("and");
    }
    if (++count > CONDITIONS_MAX) throw new BadSearch(`it has more than ${CONDITIONS_MAX} conditions`);
    all.push(readCondition(rest));
  }
  return count === 0 ? [] : [...anyOf, all];
}

function readCondition(rest: TokenReader): Condition {
  const field = rest.take();
  if (field?.kind !== "word" || field.isQuoted) throw new BadSearch(`expected a field, found ${describe(field)}`);
  const operator = rest.take();
  if (operator?.kind !== "operator") {
    throw new BadSearch(`expected an operator after '${field.text}', found ${describe(operator)}`);
  }
  const value = rest.take();
  if (value?.kind !== "word") {
    throw new BadSearch(`expected a value after '${field.text} ${operator.operator}', found ${describe(value)}`);
  }
  return { field: field.text.toLowerCase(), operator: operator.operator, value: value.text };
}

function readSortBy(rest: TokenReader): Search["sortBy"] {
  if (!rest.takeWord("sortby")) return undefined;
  const field = rest.take();
  if (field?.kind !== "word") throw new BadSearch(`expected a field after sortby, found ${describe(field)}`);
  const isDescending = rest.takeWord("desc");
  if (!isDescending) rest.takeWord("asc");
  return { field: field.text.toLowerCase(), isDescending };
}

function readPage(rest: TokenReader): number | undefined {
  if (!rest.takeWord("page")) return undefined;
  const number = rest.take();
  if (number?.kind !== "word" || !/^[1-9]\d{0,8}$/.test(number.text)) {
    throw new BadSearch(`expected a number from 1 after page, found ${describe(number)}`);
  }
  return Number(number.text);
}

function describe(token: Token | undefined): string {
  if (token === undefined) return "the end";
  return `'${token.kind === "word" ? token.text.slice(0, 40) : token.operator}'`;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  take(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Whether the next token is this word of the language, in any case of letters. */
  isAt(word: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === "word" && !token.isQuoted && token.text.toLowerCase() === word;
  }

  takeWord(word: string): boolean {
    const isThere = this.isAt(word);
    if (isThere) this.#at++;
    return isThere;
  }
}
