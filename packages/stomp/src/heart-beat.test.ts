import assert from "node:assert/strict";
import { test } from "node:test";
import { agreeHeartBeat, answerHeartBeat, decideHeartBeat, offerHeartBeat, parseHeartBeat } from "./heart-beat.ts";

const answers: Record<string, [string | undefined, string]> = {
  "vdsm-client, which wants one every 24 s": ["0,24000", "24000,0"],
  "a client without the header": [undefined, "0,0"],
  "a client that would like ten a second": ["100,1", "1000,1000"],
  "a client whose header cannot be read": ["often", "0,0"],
  "a client with half a header": ["5000", "0,5000"],
  "a client with negative numbers": ["-5,-5", "0,0"],
  "a client with absurd numbers": ["0,999999999999", "86400000,0"],
};
for (const [name, [offer, answer]] of Object.entries(answers)) {
  test(`heart-beats are agreed with ${name}`, () => assert.equal(answerHeartBeat(offer).header, answer));
}

test("a client asks for more than it needs, as VDSM's does", () => {
  assert.equal(offerHeartBeat({ sendEveryMs: 0, expectEveryMs: 30_000 }), "0,24000");
  assert.equal(offerHeartBeat({ sendEveryMs: 10_000, expectEveryMs: 0 }), "12000,0");
});

test("a client waits as long as it wanted, or longer if the server says so", () => {
  const wanted = { sendEveryMs: 0, expectEveryMs: 30_000 };
  assert.deepEqual(agreeHeartBeat(wanted, "24000,0"), wanted);
  assert.deepEqual(agreeHeartBeat(wanted, "60000,0"), { sendEveryMs: 0, expectEveryMs: 75_000 });
  assert.deepEqual(agreeHeartBeat(wanted, "0,0"), { sendEveryMs: 0, expectEveryMs: 0 });
  assert.deepEqual(agreeHeartBeat({ sendEveryMs: 10_000, expectEveryMs: 0 }, "0,12000"), {
    sendEveryMs: 10_000,
    expectEveryMs: 0,
  });
});

test("parseHeartBeat tolerates spaces and takes only two numbers", () => {
  assert.deepEqual(parseHeartBeat(" 1 , 2 "), [1, 2]);
  assert.deepEqual(parseHeartBeat("1,2,3"), [1, 2]);
});

test("decideHeartBeat sends in time, waits, and gives up on a silent peer", () => {
  const times = { sendEveryMs: 1000, expectEveryMs: 5000 };
  const state = { times, sentAtMs: 0, receivedAtMs: 0 };
  assert.deepEqual(decideHeartBeat(state, 400), { do: "wait", forMs: 600 });
  assert.deepEqual(decideHeartBeat(state, 1000), { do: "beat" });
  assert.deepEqual(decideHeartBeat({ ...state, sentAtMs: 4900 }, 4900), { do: "wait", forMs: 100 });
  assert.equal(decideHeartBeat({ ...state, sentAtMs: 5000 }, 5000)?.do, "close");
  assert.equal(decideHeartBeat({ ...state, times: { sendEveryMs: 0, expectEveryMs: 0 } }, 99_999), undefined);
});
