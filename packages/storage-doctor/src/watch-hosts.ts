import type { Clock } from "@yagura/std/clock.ts";
import type { SanlockHostRecord } from "@yagura/storage-format";
import { deadSeconds, type HostsLook, type JudgedHost, judgeHosts, lookSeconds } from "./hosts.ts";

export interface WatchOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** "proof": also waits until hosts that are silent are dead for sure. */
  readonly until: "seen" | "proof";
  /** Told once, when there is something to wait for: for how long at most. */
  readonly onWait?: (secondsMax: number) => void;
}

/** Between two looks. */
const EVERY_MS = 1000;

/**
 * Looks at the lockspace until it is known of each host whether it renews its membership. Ends at once where no host is a
 * member, and as soon as all have renewed.
 */
export async function watchHosts(
  look: () => Promise<readonly SanlockHostRecord[]>,
  { clock, signal, until, onWait }: WatchOptions,
): Promise<JudgedHost[]> {
  const begin = clock.monotonicMs();
  const looks: HostsLook[] = [{ hosts: await look(), atSeconds: 0 }];
  const limit = until === "proof" ? deadSeconds : lookSeconds;
  for (let isTold = false; ; isTold = true) {
    const judged = judgeHosts(looks);
    const open = judged.filter(
      ({ condition }) => condition === "unseen" || (until === "proof" && condition === "silent"),
    );
    if (open.length === 0) return judged;
    if (!isTold) onWait?.(Math.max(...open.map(limit)));
    await clock.sleep(EVERY_MS, signal);
    // Of the looks between the first and the last only those with a change would matter: the last one shows it.
    looks[1] = { hosts: await look(), atSeconds: (clock.monotonicMs() - begin) / 1000 };
  }
}
