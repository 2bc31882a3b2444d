const CHARACTERS_MAX = 255;

/** Why what is told of a user (his names, his address) cannot be kept; none when it can. */
export function textProblems(texts: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    if (text === undefined) return [];
    const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
    if (text.length > CHARACTERS_MAX) return [`The ${words} must not exceed ${CHARACTERS_MAX} characters.`];
    return hasControlCharacters(text) ? [`The ${words} must not have control characters.`] : [];
  });
}

/** They would change how a line of a log or a table looks. */
function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
