/** Something was still under way when its time was up. What became of it is unknown: a timeout is not a failure. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";

  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${timeoutMs / 1000} s`);
  }
}

/**
 * Waits for `work` at most `timeoutMs` milliseconds. The signal given to `work` is aborted when the time is up or
 * when `outer` is; `work` should then let go of what it holds, but we do not wait for that.
 * @throws DeadlineExceeded when the time is up.
 */
export async function withDeadline<T>(
  what: string,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const signal = outer === undefined ? controller.signal : AbortSignal.any([controller.signal, outer]);
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded(what, timeoutMs)), timeoutMs);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
