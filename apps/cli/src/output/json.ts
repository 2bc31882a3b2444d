import { plainValue } from "./plain-value.ts";

/** For scripts: members as v4 names them, numbers as numbers, dates in ISO 8601, without links and actions. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(plainValue(value), undefined, 2)}\n`;
}

/** The same on one line: one event of many. */
export function formatJsonLine(value: unknown): string {
  return `${JSON.stringify(plainValue(value))}\n`;
}
