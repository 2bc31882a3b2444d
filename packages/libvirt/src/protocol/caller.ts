import type { ByteStream } from "../stream.ts";
import type { Procedure } from "./procedure.ts";

export interface CallOptions {
  /**
   * Ends the wait, not the work: libvirt cannot take a call back. Not yet sent, it never is; sent, its answer is
   * dropped when it comes, and what the daemon did is unknown to the caller.
   */
  readonly signal?: AbortSignal;
}

export interface WithStream {
  readonly stream: ByteStream;
}

/** What the generated calls need of a connection. */
export interface Caller {
  call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result>;
  /** As `call`, for a procedure that is followed by a stream. */
  open<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options?: CallOptions,
  ): Promise<Result & WithStream>;
}
