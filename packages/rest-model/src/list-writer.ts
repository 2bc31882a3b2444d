import type { RestTypeName } from "./generated/types.ts";
import { jsonListParts } from "./write-json.ts";
import { xmlListParts } from "./write-xml.ts";

/** Writes a list that is never in memory as a whole: the texts one after another are what `writeXml` or `writeJson` write. */
export interface ListWriter {
  /** The text of the next values. */
  write(values: readonly object[]): string;
  /** What is left to be written. Called once, last. */
  end(): string;
}

export function listWriter(type: RestTypeName, format: "xml" | "json"): ListWriter {
  const parts = format === "xml" ? { ...xmlListParts(type), between: "" } : jsonListParts(type);
  let hasBegun = false;
  return {
    write(values) {
      if (values.length === 0) return "";
      const before = hasBegun ? parts.between : parts.begin;
      hasBegun = true;
      return before + parts.items(values);
    },
    end: () => (hasBegun ? parts.end : parts.empty),
  };
}
