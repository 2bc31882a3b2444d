// Agents send many numbers as text. What is missing or no number is undefined here: a statistic that cannot be read is
// no reason to refuse all the others.

export function toNumber(text: string | number | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export function numberOr(text: string | number | undefined, fallback: number): number {
  return toNumber(text) ?? fallback;
}
