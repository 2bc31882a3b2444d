/** Bridges are named after networks, and Linux has 15 characters for that. */
const NAME_CHARACTERS_MAX = 15;

/** Why there cannot be such a network; none when there can. */
export function networkProblems(asked: {
  readonly name?: string;
  readonly vlanTag?: number;
  readonly mtuBytes?: number;
}): string[] {
  const { name, vlanTag, mtuBytes } = asked;
  const problems: string[] = [];
  if (name !== undefined && (name.length > NAME_CHARACTERS_MAX || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name))) {
    problems.push(`The name of a network has at most ${NAME_CHARACTERS_MAX} letters, digits, '_', '-' and '.'.`);
  }
  if (vlanTag !== undefined && !(Number.isInteger(vlanTag) && vlanTag >= 1 && vlanTag <= 4094)) {
    problems.push("A VLAN tag is a number from 1 to 4094.");
  }
  if (
    mtuBytes !== undefined &&
    mtuBytes !== 0 &&
    !(Number.isInteger(mtuBytes) && mtuBytes >= 68 && mtuBytes <= 65_520)
  ) {
    problems.push("An MTU is a number from 68 to 65520, or 0 for the default of the host.");
  }
  return problems;
}
