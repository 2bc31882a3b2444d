/** What a transport tells its owner. `ended` comes once, last. */
export interface TransportListener {
  /** Bytes that arrived; they are overwritten after the call returns. */
  bytes(chunk: Buffer): void;
  /** Less waits to be sent than before: whoever was told to wait may go on. */
  drained(): void;
  /** Nothing comes or goes any more; the reason, or `undefined` when the peer closed in an orderly way. */
  ended(reason: Error | undefined): void;
}

/** A byte stream to the daemon. */
export interface Transport {
  listen(listener: TransportListener): void;
  /** Queues bytes that nobody changes afterwards. False: much waits already, so wait for `drained`. */
  send(bytes: Buffer): boolean;
  /** Stops and continues the arrival of bytes. */
  pause(): void;
  resume(): void;
  /** Closes at once; what was queued may be lost. Safe to call twice. */
  close(): void;
}
