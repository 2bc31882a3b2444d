const CHARACTERS_MAX = 255;

/** Why what is told of a user (his names, his address) cannot be kept; none when it can. */
export function textProblems(texts: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    if (text === undefined) return [];
    const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
    if (text.length > CHARACTERS_MAX) return [`The ${words} must not exceed ${CHARACTERS_MAX} characters.`];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    return /[\u0000-\u001f\u007f]/.test(text) ? [`The ${words} must not have control characters.`] : [];
  });
}
