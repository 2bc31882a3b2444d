/**
 * Text of others as it may stand on a terminal or in a log: names, descriptions and what guests report must not move the
 * cursor, change colours or fake lines.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ").replaceAll(/\p{Cc}|\p{Cf}/gu, "\ufffd");
}
