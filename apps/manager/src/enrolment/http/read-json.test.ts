import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { BadBody, readJson } from "./read-json.ts";

async function statusOf(body: Promise<unknown>): Promise<number> {
  return body.then(
    () => 200,
    (error: unknown) => (error instanceof BadBody ? error.statusCode : 500),
  );
}

test("readJson reads a document in any number of pieces, and refuses what is none", async () => {
  const stream = new PassThrough();
  for (const byte of Buffer.from('{"a":"ü"}')) stream.write(Buffer.from([byte]));
  stream.end();
  assert.deepEqual(await readJson(stream), { a: "ü" });
  assert.equal(await statusOf(readJson(new PassThrough().end("{"))), 400);
  assert.equal(await statusOf(readJson(new PassThrough().end(`"${"x".repeat(40_000)}"`))), 413);
});

test("readJson does not wait for a body that does not come, or that breaks off", async () => {
  const slow = new PassThrough();
  slow.write("{");
  assert.equal(await statusOf(readJson(slow, 20)), 408);
  const broken = new PassThrough();
  broken.destroy(new Error("reset"));
  assert.equal(await statusOf(readJson(broken)), 408);
});
