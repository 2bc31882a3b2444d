/** Reasons why a text cannot be the name of something; none when it can. Names end in XML, logs and file names of users. */
export function nameProblems(noun: string, name: string, lengthMax = 255): string[] {
  const problems: string[] = [];
  if (name.trim() === "") problems.push(`The name of a ${noun} must not be empty.`);
  if (name.length > lengthMax) problems.push(`The name of a ${noun} has at most ${lengthMax} characters.`);
  if (!/^[\p{L}\p{N}_.+ -]*$/u.test(name)) {
    problems.push(`The name of a ${noun} may contain letters, digits, "-", "_", ".", "+" and spaces only.`);
  }
  return problems;
}

/** VM, host, template and disk names: as above, without spaces where oVirt has none. */
export function identifierProblems(noun: string, name: string, lengthMax = 255): string[] {
  const problems = nameProblems(noun, name, lengthMax);
  if (/\s/u.test(name.trim())) problems.push(`The name of a ${noun} must not contain spaces.`);
  return problems;
}
