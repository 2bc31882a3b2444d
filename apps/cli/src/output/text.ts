import { oneLine } from "@yagura/std/one-line.ts";

/** A value in a cell: "-" for what is not there. */
export function cell(value: string | number | boolean | undefined): string {
  if (value === undefined || value === "") return "-";
  return typeof value === "boolean" ? (value ? "yes" : "no") : oneLine(String(value));
}

/** "2026-11-22 09:53:35", in the time zone of this machine. */
export function dateCell(date: Date | undefined): string {
  if (date === undefined) return "-";
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
