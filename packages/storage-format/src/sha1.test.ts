import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha1Hex } from "./sha1.ts";

test("sha1Hex agrees with OpenSSL at every length around the block size", () => {
  for (let length = 0; length < 200; length++) {
    const message = Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);
    assert.equal(sha1Hex(message), createHash("sha1").update(message).digest("hex"));
  }
});
