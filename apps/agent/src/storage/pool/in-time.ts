import { withDeadline } from "@yagura/std/deadline.ts";

/** Waits for what is under way, at most so long. @throws DeadlineExceeded */
export function inTime<T>(what: string, timeoutMs: number, work: Promise<T>): Promise<T> {
  return withDeadline(what, timeoutMs, () => work);
}
