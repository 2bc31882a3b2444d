import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentFault } from "@yagura/agent-protocol";
import { NotAnId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { CannotDestroyVm, NoSuchVm } from "../errors.ts";
import { StorageError } from "../storage/errors.ts";
import { faultOf, withFaults } from "./faults.ts";

const cases: Record<string, [unknown, number, RegExp]> = {
  "a VM that is not here": [new NoSuchVm("x"), 1, /^Virtual machine does not exist: \{'vmId': 'x'\}$/],
  "an error with its cause": [new CannotDestroyVm("cannot", { cause: new Error("busy") }), 42, /^cannot: busy$/],
  "an error of storage": [new StorageError("NotSpm", "not the SPM"), 654, /not the SPM/],
  "text that is no id": [new NotAnId("not a UUID"), 1000, /not a UUID/],
  "a mistake of ours": [new TypeError("secret detail"), 100, /^(?!.*secret)/],
};
for (const [name, [error, code, message]] of Object.entries(cases)) {
  test(`faultOf tells ${name} by vdsm's number`, () => {
    const fault = faultOf(error);
    assert.equal(fault.code, code);
    assert.match(fault.message, message);
  });
}

test("withFaults turns what a verb throws into a fault and leaves its answers alone", async () => {
  const { Host } = withFaults(
    { Host: { echo: async ({ message }) => message, ping: () => Promise.reject(new NoSuchVm("y")) } },
    silentLog,
  );
  const context = {
    peer: { role: "manager" },
    correlationId: undefined,
    spmEpoch: undefined,
    signal: AbortSignal.abort(),
    localAddress: "",
  } as const;
  assert.equal(await Host?.echo?.({ message: "hi" }, context), "hi");
  await assert.rejects(Host?.ping?.({}, context) ?? Promise.resolve(), AgentFault);
});
