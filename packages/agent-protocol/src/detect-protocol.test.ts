import assert from "node:assert/strict";
import { test } from "node:test";
import { type DetectedProtocol, detectBytesMax, detectProtocol } from "./mod.ts";

const starts: Record<string, DetectedProtocol> = {
  "CONNECT\naccept-version:1.2": "stomp",
  UNSUBSCRIBE: "stomp",
  "SEND\n": "stomp",
  "PUT / HTTP/1.1": "http",
  "GET /": "http",
  GET: "more",
  CONN: "more",
  "": "more",
  "POST / HTTP/1.1": "unknown",
  "OPTIONS /": "unknown",
  "GET http://x/": "unknown",
  "connect\n": "unknown",
  "\u0016\u0003\u0001": "unknown",
};
for (const [start, expected] of Object.entries(starts)) {
  test(`${JSON.stringify(start)} is ${expected}`, () => assert.equal(detectProtocol(Buffer.from(start)), expected));
}

test("eleven bytes are enough to tell", () => assert.equal(detectBytesMax, 11));
