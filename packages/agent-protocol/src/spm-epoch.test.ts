import assert from "node:assert/strict";
import { duplexPair } from "node:stream";
import { test } from "node:test";
import { type CallContext, connectAgent, type SomeVerbs, serveAgent } from "./mod.ts";
import { rawClient } from "./raw-client.fixture.ts";
import { parseSpmEpoch } from "./spm-epoch.ts";

/** Verbs that keep the epoch of each call. */
function epochKeeper(): { readonly seen: unknown[]; readonly verbs: SomeVerbs } {
  const seen: unknown[] = [];
  const ping2 = async (_: object, { spmEpoch }: CallContext): Promise<void> => void seen.push(spmEpoch);
  return { seen, verbs: { Host: { ping2 } } };
}

test("the epoch that a caller means reaches the verb, and a caller without one means none", async () => {
  const { seen, verbs } = epochKeeper();
  await using server = serveAgent({ verbs });
  const [here, there] = duplexPair();
  server.accept(there, { role: "manager" });
  await using client = await connectAgent({ socket: here });
  await client.call.Host.ping2({}, { spmEpoch: 7 });
  await client.call.Host.ping2({}, { spmEpoch: 0 });
  await client.call.Host.ping2();
  assert.deepEqual(seen, [7, 0, undefined]);
  for (const spmEpoch of [-1, 1.5, Number.NaN, 2 ** 53]) {
    await assert.rejects(client.call.Host.ping2({}, { spmEpoch }), /no epoch/);
  }
});

for (const text of ["", "-1", "1.5", "0x7", "07", " 7", "7 ", "9007199254740992", "seven", "1e3"]) {
  test(`a request with the epoch ${JSON.stringify(text)} is refused and not carried out`, async () => {
    const { seen, verbs } = epochKeeper();
    await using client = rawClient({ verbs });
    await client.open();
    const headers = { destination: "jms.topic.vdsm_requests", "reply-to": "replies", "yagura-spm-epoch": text };
    client.send("SEND", headers, JSON.stringify({ jsonrpc: "2.0", method: "Host.ping2", id: 1 }));
    assert.deepEqual(JSON.parse((await client.next()).body.toString()), {
      jsonrpc: "2.0",
      id: 1,
      error: {
        code: -32600,
        message: "Invalid request: the header yagura-spm-epoch must be a whole number from 0 on",
      },
    });
    assert.deepEqual(seen, []);
  });
}

test("the largest epoch is the largest number that is exact", () => {
  assert.equal(parseSpmEpoch("9007199254740991"), Number.MAX_SAFE_INTEGER);
  assert.equal(parseSpmEpoch(undefined), undefined);
});
