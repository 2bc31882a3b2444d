import { GiB, KiB, MiB, TiB } from "@yagura/std/units.ts";
import { usageProblem } from "../problem.ts";

const units: Readonly<Record<string, number>> = { "": 1, k: KiB, m: MiB, g: GiB, t: TiB };

/** "2GiB", "512M", "1073741824": units are powers of 1024. @throws CliProblem */
export function parseBytes(text: string): number {
  const parts = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const [, amount = "", unit = ""] = parts ?? [];
  const bytes = Number(amount) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (parts === null || !Number.isSafeInteger(bytes) || bytes <= 0) {
    throw usageProblem(`${JSON.stringify(text)} is not a size`, "Give it as 2GiB, 512MiB or in bytes");
  }
  return bytes;
}
