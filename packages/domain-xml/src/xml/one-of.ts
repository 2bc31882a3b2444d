/** The text if it is one of the known words, typed as that word. */
export function oneOf<const Word extends string>(text: string | undefined, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === text);
}
