/** Transactions side by side get their ids before they end: a smaller id may be seen after a larger one, for this long. */
const GAP_MS = 2000;

/**
 * Up to which id nothing can come any more that is not in `events` (all after `cursor`, in their order): whoever reads on
 * from there misses none. Ids that never come, of transactions that were undone, hold nobody up for long. Pure.
 */
export function settledUpTo(
  cursor: number,
  events: readonly { readonly id: number; readonly timeMs: number }[],
  nowMs: number,
): number {
  let settled = cursor;
  for (const { id, timeMs } of events) {
    if (id !== settled + 1 && nowMs - timeMs < GAP_MS) break;
    settled = id;
  }
  return settled;
}
