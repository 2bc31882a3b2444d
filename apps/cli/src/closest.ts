/** The word of `words` that was probably meant by `text`, or `undefined` when none is near. */
export function closest(text: string, words: readonly string[]): string | undefined {
  const wanted = plain(text);
  const [best] = words
    .map((word) => ({ word, steps: distance(wanted, plain(word)) }))
    .filter(({ word, steps }) => steps <= Math.max(1, Math.floor(Math.min(wanted.length, word.length) / 3)))
    .sort((a, b) => a.steps - b.steps);
  return best?.word;
}

/** "Did you mean vms?", or what to do when nothing is near. */
export function didYouMean(text: string, words: readonly string[], otherwise: string): string {
  const meant = closest(text, words);
  return meant === undefined ? otherwise : `Did you mean ${meant}? ${otherwise}`;
}

/** `storage_domains`, `storage-domains` and `StorageDomains` are `storagedomains`, as in paths. */
export function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, "");
}

/** A word that is longer than this is not a slip of the finger. */
const LENGTH_MAX = 64;

/** Levenshtein's, where two letters that changed places are one step too. */
function distance(a: string, b: string): number {
  if (a.length > LENGTH_MAX || b.length > LENGTH_MAX) return Number.POSITIVE_INFINITY;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [at(row, j - 1) + (isSame ? 0 : 1), at(row, j) + 1, at(next, j - 1) + 1];
      next.push(Math.min(...steps, ...(isSwapped ? [at(before, j - 2) + 1] : [])));
    }
    before = row;
    row = next;
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
