import { type Kysely, SqliteAdapter, sql } from "kysely";
import { anyOf, type Condition, type Sql } from "./conditions.ts";
import type { Tables } from "./schema.ts";

/** What SQLite and PostgreSQL have different words for: text without regard to case, and wildcards. */
export class TextConditions {
  readonly #isSqlite: boolean;

  constructor(db: Kysely<Tables>) {
    this.#isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  }

  /** Whether the text is `wanted`, in which `*` stands for any characters. */
  matches(text: Sql, wanted: string, { isCaseSensitive }: { readonly isCaseSensitive: boolean }): Condition {
    if (isCaseSensitive) return this.#matchesExactly(text, wanted);
    const folded = isAscii(wanted) ? sql`lower(${text})` : this.#folded(text);
    const lower = wanted.toLowerCase();
    // An index on lower(…) serves what has no wildcard.
    if (!wanted.includes("*")) return sql`${folded} = ${lower}`;
    return sql`${folded} like ${likePattern(lower)} escape '\\'`;
  }

  /** By what texts are sorted and compared: `a` and `A` are the same, and no language counts. */
  order(text: Sql): Sql {
    return this.#isSqlite ? sql`lower(${text})` : sql`lower(${text}) collate "C"`;
  }

  #matchesExactly(text: Sql, wanted: string): Condition {
    if (!wanted.includes("*")) return sql`${text} = ${wanted}`;
    // SQLite's `like` never tells upper from lower case.
    if (this.#isSqlite) return sql`${text} glob ${globPattern(wanted)}`;
    return sql`${text} like ${likePattern(wanted)} escape '\\'`;
  }

  /** SQLite's own `lower` knows only a to z; `fold` is ours (`sqlite-dialect.ts`), and slower. */
  #folded(text: Sql): Sql {
    return this.#isSqlite ? sql`fold(${text})` : sql`lower(${text})`;
  }
}

/** Whether the text is empty or not there. */
export function isEmpty(text: Sql): Condition {
  return anyOf([sql`${text} is null`, sql`${text} = ''`]);
}

function isAscii(text: string): boolean {
  for (const character of text) if (character > "\u007f") return false;
  return true;
}

function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}

/** `*` is the same in a glob; what else has a meaning there is put into brackets. */
function globPattern(text: string): string {
  return text.replace(/[?[]/g, "[$&]");
}
