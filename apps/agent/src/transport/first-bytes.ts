import type { Duplex } from "node:stream";
import { type DetectedProtocol, detectBytesMax, detectProtocol } from "@yagura/agent-protocol";
import { withDeadline } from "@yagura/std/deadline.ts";

/** The peer went away before it said anything of use. */
export class NothingDetected extends Error {
  override readonly name = "NothingDetected";
}

/**
 * Reads just enough of a connection to know what it speaks. What was read is handed back, for whoever serves it.
 * @throws NothingDetected, DeadlineExceeded
 */
export function readFirstBytes(
  stream: Duplex,
  timeoutMs: number,
): Promise<{ readonly protocol: Exclude<DetectedProtocol, "more">; readonly bytes: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    protocol: "stomp" | "http" | "unknown";
    bytes: Buffer;
  }>();
  const chunks: Buffer[] = [];
  const give = (protocol: "stomp" | "http" | "unknown"): void => resolve({ protocol, bytes: Buffer.concat(chunks) });
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    const protocol = detectProtocol(Buffer.concat(chunks));
    if (protocol !== "more") give(protocol);
    else if (chunks.reduce((sum, one) => sum + one.length, 0) > detectBytesMax) give("unknown");
  };
  const onEnd = (): void => reject(new NothingDetected("the peer closed the connection before it said anything"));
  const onError = (cause: Error): void => reject(new NothingDetected("the connection broke", { cause }));
  stream.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
  return withDeadline("a peer's first bytes", timeoutMs, () => promise).finally(() => {
    stream.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
    stream.pause();
  });
}
