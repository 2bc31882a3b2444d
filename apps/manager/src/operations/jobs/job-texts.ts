const DESCRIPTION_CHARACTERS_MAX = 4000;

/** Why a job or a step cannot be described like this. Pure. */
export function jobTextProblems(description: string): string[] {
  if (description.trim() === "") return ["Description can not be empty."];
  if (description.length > DESCRIPTION_CHARACTERS_MAX) {
    return [`Description can not be longer than ${DESCRIPTION_CHARACTERS_MAX} characters.`];
  }
  return [];
}
