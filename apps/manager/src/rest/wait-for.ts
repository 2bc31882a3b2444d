import type { RestTypeName, RestTypes } from "@yagura/rest-model";
import type { Started } from "../operations/started.ts";
import { WorkFailed } from "./refusals.ts";
import { type Answer, entity, type Outcome, type RestRequest } from "./route.ts";

/** So long a request waits for what it began; clients give up after some minutes. */
const WAIT_MS = 60_000;
/** For what clients poll anyway: most of it is done by then, and the client is spared a "locked" in his next request. */
export const SHORT_WAIT_MS = 10_000;

export interface WaitOptions {
  /** What the body of an action says of it, which counts before the parameter. */
  readonly isAsync?: boolean | undefined;
  readonly waitMs?: number;
}

/**
 * Waits until work that was started is done, unless the client said `async=true`: playbooks do the next thing as soon as
 * this one is answered. What takes longer is `accepted`: it goes on, and its job tells of it.
 * @throws WorkFailed
 */
export async function waitFor(
  { query, context }: RestRequest,
  { ended }: Pick<Started, "ended">,
  { isAsync, waitMs = WAIT_MS }: WaitOptions = {},
): Promise<Exclude<Outcome, "created">> {
  const expected = expectedOf(query.find("expect"));
  if (isAsync ?? query.findBoolean("async") ?? expected === "accepted") return "accepted";
  const answered = new AbortController();
  const timeUp = context.clock
    .sleep(expected === "created" ? WAIT_MS : waitMs, AbortSignal.any([answered.signal, context.signal]))
    .then(
      () => undefined,
      // Aborted: nobody waits any more.
      () => undefined,
    );
  const outcome = await Promise.race([ended, timeUp]);
  answered.abort();
  if (outcome === undefined) return "accepted";
  if (outcome.outcome !== "succeeded") throw new WorkFailed(outcome.error);
  return "done";
}

/** `Expect: 201-created` asks to be answered when it is done, `202-accepted` at once. */
function expectedOf(header: string | undefined): "created" | "accepted" | undefined {
  const words = (header ?? "").split(/[;,]/).map((word) => word.trim().toLowerCase());
  if (words.includes("201-created")) return "created";
  return words.includes("202-accepted") ? "accepted" : undefined;
}

/** The answer to an action that waits for its work: complete, or pending with the job to look at. */
export async function workAnswer(request: RestRequest, started: Started, isAsync?: boolean): Promise<Answer> {
  const outcome = await waitFor(request, started, { isAsync });
  const job = request.links.ref("jobs", started.jobId);
  return entity("action", { status: outcome === "done" ? "complete" : "pending", job }, outcome);
}

/** The answer to an action whose work goes on, where clients poll the object itself: a VM that starts, say. */
export function begunAnswer({ links }: RestRequest, { jobId }: Started): Answer {
  return entity("action", { status: "complete", job: links.ref("jobs", jobId) });
}

/** The answer to an addition: created, or accepted with `creation_status` when its work goes on. */
export function created<K extends RestTypeName>(
  type: K,
  value: RestTypes[K],
  outcome: Exclude<Outcome, "created">,
): Answer {
  if (outcome === "done") return entity(type, value, "created");
  return entity(type, { ...value, creation_status: "pending" }, outcome);
}
