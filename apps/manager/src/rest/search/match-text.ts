/**
 * Whether a text fits a pattern in which `*` stands for any characters. Never backtracks further than the last `*`,
 * so that no pattern takes longer than length × length.
 */
export function matchText(text: string, pattern: string): boolean {
  let [textAt, patternAt] = [0, 0];
  let [starAt, retryAt] = [-1, 0];
  while (textAt < text.length) {
    if (pattern[patternAt] === "*") {
      starAt = patternAt++;
      retryAt = textAt;
    } else if (patternAt < pattern.length && pattern[patternAt] === text[textAt]) {
      patternAt++;
      textAt++;
    } else if (starAt !== -1) {
      patternAt = starAt + 1;
      textAt = ++retryAt;
    } else return false;
  }
  while (pattern[patternAt] === "*") patternAt++;
  return patternAt === pattern.length;
}
