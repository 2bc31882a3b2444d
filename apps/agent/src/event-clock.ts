/**
 * Orders events and statuses. It counts from the boot of the host, so that it goes on over restarts of the agent, and
 * is raised as vdsm does, so that it cannot be taken for a time of day. vdsm lib/vdsm/common/time.py: event_time
 */
export const EVENT_TIME_BASE = 2 ** 31 - 1;

const NS_PER_MS = 1_000_000n;

/** Milliseconds since the boot of this host: CLOCK_MONOTONIC, the same for all its processes. */
export function sinceBootMs(): number {
  return Number(process.hrtime.bigint() / NS_PER_MS);
}
