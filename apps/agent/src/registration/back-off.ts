const FIRST_MS = 1000;
const MAX_MS = 60_000;

/** How long to wait after so many failures in a row (1 or more): 1 s, 2 s, 4 s … 60 s. */
export function backOffMs(failures: number, maxMs = MAX_MS): number {
  return Math.min(maxMs, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}
