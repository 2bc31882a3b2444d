import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { systemClock } from "@yagura/std/clock.ts";
import { poll } from "@yagura/std/poll.ts";
import { frame } from "@yagura/stomp";
import { FrameStream } from "./frame-stream.ts";
import { rawClient } from "./raw-client.fixture.ts";

/** A stream whose writes end only when the test says so. */
class SlowStream extends Duplex {
  readonly writes: string[] = [];
  finishWrite: (() => void) | undefined;

  override _read(): void {
    // Nothing comes in.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    this.finishWrite = done;
  }

  /** Would be used for several chunks that wait: it must never be. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(`coalesced ${chunks.length}`);
    this.finishWrite = done;
  }
}

test("one frame is one write, and the next begins only when it is through", async () => {
  const stream = new SlowStream();
  const limits = { frameBytesMax: 1000, outgoingBytesMax: 10_000 };
  const frames = new FrameStream({
    stream,
    clock: systemClock,
    saysErrors: false,
    onFrame: () => undefined,
    ...limits,
  });
  for (const id of ["1", "2", "3"]) frames.send(frame("RECEIPT", { "receipt-id": id }));
  for (let sent = 1; sent <= 3; sent += 1) {
    await poll("a write", () => stream.writes.length === sent, { timeoutMs: 1000, everyMs: 1 });
    stream.finishWrite?.();
  }
  assert.deepEqual(
    stream.writes,
    ["1", "2", "3"].map((id) => `RECEIPT\nreceipt-id:${id}\n\n\0`),
  );
  frames.close(new Error("done"));
  await frames.closed;
});

test("a body that is nested a million deep is an error of the caller and harms nobody", async () => {
  await using client = rawClient({ verbs: { Host: { echo: async ({ message }) => message } } });
  await client.open();
  const deep = `{"jsonrpc":"2.0","method":"Host.echo","id":1,"params":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`;
  const answer = (await client.ask(deep)) as { error: { code: number } };
  assert.ok([-32700, -32602].includes(answer.error.code), JSON.stringify(answer));
  assert.deepEqual(await client.ask({ jsonrpc: "2.0", method: "Host.echo", id: 2, params: ["x"] }), {
    jsonrpc: "2.0",
    id: 2,
    result: "x",
  });
});
