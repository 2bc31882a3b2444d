import type { HostId } from "@yagura/std/ids.ts";
import type { Stranger } from "../../spm/pool-view.ts";

/** A start of the SPM that this Manager has asked for, and whose end it has not seen. */
export interface StartUnderWay {
  readonly hostId: HostId;
  readonly taskId: string;
}

export interface KnownStranger extends Stranger {
  readonly sinceMs: number;
  /** Somebody was told, and will be told when it is over. */
  isTold: boolean;
}

/**
 * What a Manager remembers of one data center between two looks; times are on the monotonic clock. Losing it costs a try:
 * who is SPM, and who contends, the hosts and the storage tell.
 */
export class SpmMemory {
  start: StartUnderWay | undefined;
  /** Why the role moves: told when it has. */
  because: string | undefined;
  /** The SPM was told to give the role up, so that another one takes it: nobody need be alarmed. */
  isPlanned = false;
  missingSinceMs: number | undefined;
  masterLostSinceMs: number | undefined;
  holderAliveAtMs: number | undefined;
  /** A host that is none of this data center has the lease. */
  stranger: KnownStranger | undefined;
  readonly failedAtMs = new Map<HostId, number>();
  readonly keptAtMs = new Map<HostId, number>();

  /** A host has the role: what went before is of no interest any more. */
  settle(): void {
    this.because = undefined;
    this.isPlanned = false;
    this.missingSinceMs = undefined;
    this.holderAliveAtMs = undefined;
    this.failedAtMs.clear();
  }
}
