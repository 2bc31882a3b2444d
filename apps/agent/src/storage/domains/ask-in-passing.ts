import { withDeadline } from "@yagura/std/deadline.ts";

/** What answers at all answers sooner. */
const ANSWER_MS = 2_000;

/**
 * Asks something of a domain which is not what somebody wants to know, but belongs to it: `undefined` when it cannot be said
 * now. Its vitals say what is wrong with it; the other domains do not wait for it.
 */
export async function askInPassing<T>(
  what: string,
  ask: () => Promise<T>,
  { answerMs = ANSWER_MS } = {},
): Promise<T | undefined> {
  try {
    return await withDeadline(what, answerMs, ask);
  } catch {
    return undefined;
  }
}
