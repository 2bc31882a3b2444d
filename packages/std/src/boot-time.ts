/** Milliseconds since this machine started: it only goes forward, also across restarts of this process. */
export function sinceBootMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
