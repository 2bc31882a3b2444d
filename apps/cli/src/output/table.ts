import Table from "cli-table3";
import { cell } from "./text.ts";

type CellValue = string | number | boolean | undefined;

/** One column: its heading, and what stands in it for one thing. */
export interface Column<T> {
  readonly title: string;
  readonly value: (thing: T) => CellValue;
}

const noBorders = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
};

/** Columns of text without lines around them. Of nothing: `nothing`, so that nobody wonders. */
export function formatTable<T>(things: readonly T[], columns: readonly Column<T>[], nothing: string): string {
  if (things.length === 0) return `${nothing}\n`;
  const table = new Table({ ...noBorders, head: columns.map(({ title }) => title) });
  for (const thing of things) table.push(columns.map(({ value }) => cell(value(thing))));
  return trimLines(table.toString());
}

/** One thing: a name and a value on each line. */
export function formatDetails(rows: readonly (readonly [string, CellValue])[]): string {
  const table = new Table(noBorders);
  for (const [name, value] of rows) table.push([name, cell(value)]);
  return trimLines(table.toString());
}

function trimLines(text: string): string {
  return `${text.replaceAll(/ +$/gm, "")}\n`;
}
