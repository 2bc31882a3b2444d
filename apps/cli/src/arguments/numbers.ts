import { usageProblem } from "../problem.ts";

/** A whole number from `min` to `max`; commander calls it with the text of an option. @throws CliProblem */
export function wholeNumber(what: string, { min, max }: { readonly min: number; readonly max: number }) {
  return (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw usageProblem(`${what} ${JSON.stringify(text)} is not usable`, `Give a whole number from ${min} to ${max}`);
  };
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "10m", "2h", "1d", or a number of seconds. @throws CliProblem */
export function parseDurationMs(text: string): number {
  const [, amount = "", unit = "s"] = /^(\d{1,6})([smhd]?)$/.exec(text.trim()) ?? [];
  const durationMs = Number(amount) * (unitsMs[unit || "s"] ?? Number.NaN);
  if (!Number.isSafeInteger(durationMs) || durationMs <= 0) {
    throw usageProblem(`${JSON.stringify(text)} is not a duration`, "Give it as 90s, 10m, 2h or 1d");
  }
  return durationMs;
}
