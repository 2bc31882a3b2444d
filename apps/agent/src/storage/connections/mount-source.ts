import type { MountRequest } from "../../root/root-calls.ts";

/** What is mounted and how; where it goes follows from the source. */
export type MountSource = Omit<MountRequest, "target">;

/** The options in a text, each once. */
export function listOptions(text = ""): string[] {
  const options = text.split(",").map((option) => option.trim());
  return [...new Set(options.filter((option) => option !== ""))];
}
