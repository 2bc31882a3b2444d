import type { AgentCalls } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";

/** A host to talk to, and how long and by which clock to wait for it. */
export interface HostTalk {
  readonly calls: AgentCalls;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What touches storage may take so long: mounting a server that is slow, writing metadata to a disk that is busy. */
export const STORAGE_MS_MAX = 180_000;
