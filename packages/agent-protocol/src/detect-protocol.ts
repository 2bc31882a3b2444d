/** What a peer speaks, by its first bytes; `more` when they are too few to tell. */
export type DetectedProtocol = "stomp" | "http" | "unknown" | "more";

const stompCommands = [
  "CONNECT",
  "CONNECTED",
  "DISCONNECT",
  "ERROR",
  "MESSAGE",
  "RECEIPT",
  "SEND",
  "SUBSCRIBE",
  "UNSUBSCRIBE",
];
const httpStarts = ["PUT /", "GET /"];

/** The most bytes that are ever needed. */
export const detectBytesMax = Math.max(...[...stompCommands, ...httpStarts].map((start) => start.length));

/** Tells STOMP from HTTP on port 54321, as VDSM does: a STOMP command, or `PUT /` or `GET /`. */
export function detectProtocol(bytes: Uint8Array): DetectedProtocol {
  const start = Buffer.from(bytes.subarray(0, detectBytesMax)).toString("latin1");
  if (stompCommands.some((command) => start.startsWith(command))) return "stomp";
  if (httpStarts.some((method) => start.startsWith(method))) return "http";
  const isBeginning = [...stompCommands, ...httpStarts].some((known) => known.startsWith(start));
  return isBeginning ? "more" : "unknown";
}
