import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dataCenterLifecycle,
  diskLifecycle,
  hostLifecycle,
  IllegalTransition,
  type Lifecycle,
  mayRun,
  storageDomainLifecycle,
  templateLifecycle,
  vmEventOfHostWord,
  vmLifecycle,
} from "./mod.ts";

const all: readonly Lifecycle<string, string>[] = [
  vmLifecycle,
  hostLifecycle,
  diskLifecycle,
  templateLifecycle,
  storageDomainLifecycle,
  dataCenterLifecycle,
] as unknown as readonly Lifecycle<string, string>[];

for (const { noun, transitions, statuses } of all) {
  test(`a ${noun} never gets into a status that its table does not have`, () => {
    for (const targets of Object.values(transitions)) {
      for (const to of Object.values(targets)) assert.ok(statuses.includes(String(to)), `unknown status ${String(to)}`);
    }
  });

  test(`a ${noun} can leave every status by some event`, () => {
    for (const status of statuses) assert.notDeepEqual(transitions[status], {}, status);
  });
}

test("a VM that is down can be started, and only such a VM", () => {
  assert.deepEqual(
    vmLifecycle.statuses.filter((status) => vmLifecycle.canHappen(status, "start")),
    ["down"],
  );
});

test("a VM whose host is silent is neither started nor stopped: whether it runs is unknown", () => {
  for (const event of ["start", "stop", "shutdown", "reboot", "remove"] as const) {
    assert.throws(() => vmLifecycle.nextStatus("unknown", event), IllegalTransition);
  }
  assert.equal(vmLifecycle.nextStatus("unknown", "seen-up"), "up");
});

test("only a host's word that a guest is gone makes a running VM down", () => {
  for (const status of vmLifecycle.statuses.filter(mayRun)) {
    const ways = vmLifecycle.eventsOf(status).filter((event) => vmLifecycle.nextStatus(status, event) === "down");
    assert.deepEqual(ways, ["gone"], status);
  }
});

test("every word of a host for a guest's state is understood, and others are not guessed", () => {
  assert.equal(vmEventOfHostWord("Powering up"), "seen-powering-up");
  assert.equal(vmEventOfHostWord("Down"), "gone");
  assert.equal(vmEventOfHostWord("Dancing"), undefined);
});

test("a silent host is first connecting, then not responding, and is looked at before it is up again", () => {
  let status = hostLifecycle.nextStatus("up", "silent");
  assert.equal(status, "connecting");
  status = hostLifecycle.nextStatus(status, "lost");
  assert.equal(status, "non_responsive");
  status = hostLifecycle.nextStatus(status, "answered");
  assert.equal(status, "unassigned");
  assert.equal(hostLifecycle.nextStatus(status, "ready"), "up");
});
