import type { Started } from "../operations/started.ts";
import { WorkFailed } from "./refusals.ts";
import type { Outcome, RestRequest } from "./route.ts";

/** So long a request waits for what it began; clients give up after some minutes. */
const WAIT_MS = 60_000;

/**
 * Waits until work that was started is done, unless the client said `async=true`: playbooks do the next thing as soon as
 * this one is answered. What takes longer is `accepted`: it goes on, and its job tells of it.
 * @throws WorkFailed
 */
export async function waitFor(
  { query, context }: RestRequest,
  { ended }: Started,
): Promise<Exclude<Outcome, "created">> {
  if (query.findBoolean("async") === true) return "accepted";
  const { clock, signal } = context;
  const timeUp = clock.sleep(WAIT_MS, signal).then(
    () => undefined,
    () => undefined,
  );
  const outcome = await Promise.race([ended, timeUp]);
  if (outcome === undefined) return "accepted";
  if (outcome.outcome !== "succeeded") throw new WorkFailed(outcome.error);
  return "done";
}
