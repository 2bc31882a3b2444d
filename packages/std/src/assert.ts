/** Thrown when our own code is wrong. Nobody catches it to go on: the request, saga or process dies of it. */
export class AssertionFailed extends Error {
  override readonly name = "AssertionFailed";
}

/** Checks an invariant of our own. Never for input: what comes from outside is validated, and refused with a reason. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message);
}

/** The last branch of a switch over a union; the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unexpected value: ${JSON.stringify(value)}`);
}
