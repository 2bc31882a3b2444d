import type { Peer } from "./peer.ts";

/** What a verb learns about the call that it serves, besides the parameters. */
export interface CallContext {
  readonly peer: Peer;
  /** Text of the caller to find its work in several logs (`ovirtCorrelationId`). */
  readonly correlationId: string | undefined;
  /** The SPM's epoch that the caller means (`yagura-spm-epoch`): what changes storage is refused in any other. */
  readonly spmEpoch: number | undefined;
  /** Aborted when the server closes. Not when the caller goes away: what was asked for is carried out. */
  readonly signal: AbortSignal;
  /** The local address the call came in on, for `lastClientIface`. */
  readonly localAddress: string | undefined;
}

export interface CallOptions {
  /** How long to wait for the answer; after it the outcome is unknown. By default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait, not the work. */
  readonly signal?: AbortSignal | undefined;
  readonly correlationId?: string | undefined;
  /** The SPM's epoch that is meant; the agent refuses what changes storage in any other (654). */
  readonly spmEpoch?: number | undefined;
}
