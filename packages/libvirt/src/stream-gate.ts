/** So much unread stream data is normal; beyond it the connection stops reading, if nobody waits for an answer on it. */
export const UNREAD_BYTES_NORMAL = 2 * 1024 * 1024;
/** So much may come in while others wait for answers on the same connection; then a stream that is not read is aborted. */
export const UNREAD_BYTES_MAX = 32 * 1024 * 1024;
/** So much is let in at every keepalive interval, so that a ping behind it is seen. */
export const UNREAD_BYTES_STEP = 1024 * 1024;

export type GateDecision = "read" | "pause" | "abort";

/**
 * Whether to go on reading the socket. A slow reader of one stream must not cost the others their answers, nor the
 * connection its life, nor us our memory.
 */
export function decideGate(state: {
  readonly unreadBytes: number;
  readonly allowedBytes: number;
  readonly callsInFlight: number;
}): GateDecision {
  const { unreadBytes, allowedBytes, callsInFlight } = state;
  if (unreadBytes > UNREAD_BYTES_MAX) return "abort";
  if (unreadBytes <= allowedBytes) return "read";
  return callsInFlight > 0 ? "read" : "pause";
}
