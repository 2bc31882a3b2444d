import { DeadlineExceeded, withDeadline } from "@yagura/std/deadline.ts";
import { AgentError } from "../../errors.ts";
import { StorageError } from "../errors.ts";

/** As long as a look at a domain may take. */
const ANSWER_MS = 10_000;

/**
 * Finds out that storage is dead before others have to wait for whoever wants something of it.
 * @param ask something small of this storage; what it is refused for is found again by whoever goes on
 * @throws StorageError 379 when there is no answer
 */
export async function requireAnswer(what: string, ask: () => Promise<unknown>): Promise<void> {
  try {
    await withDeadline(what, ANSWER_MS, ask);
  } catch (cause) {
    if (cause instanceof StorageError && cause.kind === "StorageDomainAccessError") throw cause;
    if (cause instanceof DeadlineExceeded) {
      throw new StorageError("StorageDomainAccessError", `the storage does not answer: ${cause.message}`, { cause });
    }
    if (!(cause instanceof AgentError)) throw cause;
  }
}
