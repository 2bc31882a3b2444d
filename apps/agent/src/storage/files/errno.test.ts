import assert from "node:assert/strict";
import { test } from "node:test";
import { errnoOf } from "./errno.ts";
import type { FromChild } from "./worker/messages.ts";
import { serveCalls } from "./worker/serve-calls.ts";

const stale = Object.assign(new Error("Unknown system error -116: Unknown system error -116, open '/r/mnt/s:_x'"), {
  errno: -116,
  code: "Unknown system error -116",
});

test("what Node has no name for has one nevertheless", () => {
  assert.equal(errnoOf(stale), "ESTALE");
  assert.equal(errnoOf(Object.assign(new Error("no"), { errno: -2, code: "ENOENT" })), "ENOENT");
  assert.deepEqual(
    [errnoOf(new Error("no")), errnoOf("ENOENT"), errnoOf(undefined)],
    [undefined, undefined, undefined],
  );
});

test("a child tells the name of an error, long work's progress at most every second, and stops when told", async () => {
  const sent: FromChild[] = [];
  let nowMs = 0;
  const { promise: wiping, resolve } = Promise.withResolvers<void>();
  const take = serveCalls({
    files: {
      find: () => Promise.reject(stale),
      async wipe(_path: string, signal: AbortSignal, onProgress?: () => void) {
        for (let step = 0; step < 5; step++) {
          nowMs += 400;
          onProgress?.();
        }
        await wiping;
        signal.throwIfAborted();
      },
    } as unknown as Parameters<typeof serveCalls>[0]["files"],
    probe: async () => ({ is: "usable", hasDirectIo: true }),
    send: (message) => sent.push(message),
    nowMs: () => nowMs,
  });
  take({ do: "call", id: 1, call: "find", args: ["/r/mnt/s:_x/a"] });
  take({ do: "call", id: 2, call: "wipe", args: ["/r/mnt/s:_x/a"] });
  take({ do: "call", id: 3, call: "probe", args: [] });
  await new Promise((done) => setImmediate(done));
  take({ do: "stop", id: 2 });
  resolve();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(sent, [
    { is: "progress", id: 2 },
    { is: "failed", id: 1, message: "ESTALE, open '/r/mnt/s:_x'", code: "ESTALE" },
    { is: "done", id: 3, value: { is: "usable", hasDirectIo: true } },
    { is: "failed", id: 2, message: "nobody wants it any more" },
  ]);
});
