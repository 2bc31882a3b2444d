import assert from "node:assert/strict";
import { test } from "node:test";
import type { VmId } from "@yagura/std/ids.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { GuestPoller } from "./guest-agent.ts";
import type { Vm } from "./vm.ts";

const agentInfo = {
  version: "7.2",
  supported_commands: [
    { name: "guest-get-host-name", enabled: true },
    { name: "guest-get-vcpus", enabled: true },
    { name: "guest-get-users", enabled: false },
  ],
};

function world(hypervisor: ScriptedHypervisor) {
  const virt = scriptedVirt(hypervisor);
  const guest = (): Vm => {
    const { vmId, xml } = disklessGuest();
    const vm = virt.vms.add({ vmId, name: "guest", xml });
    vm.become("launched");
    vm.setGuestAgentConnected(true);
    return vm;
  };
  return { ...virt, guest, poller: new GuestPoller(virt) };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

test("a guest whose agent answers is Up, with what it said, and is asked only for what it can", async () => {
  const asked: number[] = [];
  const { guest, poller } = world(
    new ScriptedHypervisor({
      askGuestAgent: async (_vmId, command) =>
        command === "guest-info" ? agentInfo : [{ online: true }, { online: false }],
      async askGuestInfo(_vmId, bits) {
        asked.push(bits);
        return { hostname: "demo" };
      },
    }),
  );
  const vm = guest();
  poller.tick();
  await turns();
  assert.equal(vm.status, "Up");
  assert.deepEqual(vm.view.guest, { agentVersion: "7.2", hostName: "demo", onlineVcpus: 1 });
  assert.deepEqual(asked, [8]);
});

test("a guest that hangs delays nobody, and is not asked again while it hangs", async () => {
  const calls: VmId[] = [];
  let stuck: VmId | undefined;
  const { guest, poller, clock } = world(
    new ScriptedHypervisor({
      askGuestAgent(vmId) {
        calls.push(vmId);
        return vmId === stuck ? new Promise(() => undefined) : Promise.resolve(agentInfo);
      },
    }),
  );
  const [first, second] = [guest(), guest()];
  stuck = first.id;
  poller.tick();
  await turns();
  assert.equal(first.status, "Powering up");
  assert.equal(second.status, "Up");
  await clock.advance(600_000);
  poller.tick();
  await turns();
  assert.equal(calls.filter((vmId) => vmId === first.id).length, 1);
});

test("a guest whose agent connects again and again is not asked more often for it", async () => {
  let calls = 0;
  const { guest, poller, clock } = world(
    new ScriptedHypervisor({
      askGuestAgent() {
        calls++;
        return new Promise(() => undefined);
      },
    }),
  );
  const vm = guest();
  for (let time = 0; time < 100; time++) {
    poller.connected(vm);
    await clock.advance(100);
  }
  assert.equal(calls, 1);
});

test("a guest that fails does not end the round for the others, and what it said before stays", async () => {
  let fails = false;
  const { guest, poller, clock } = world(
    new ScriptedHypervisor({
      askGuestAgent: async () => agentInfo,
      askGuestInfo: async () => (fails ? Promise.reject(new Error("agent is gone")) : { hostname: "kept" }),
    }),
  );
  const vm = guest();
  poller.tick();
  await turns();
  fails = true;
  await clock.advance(600_000);
  poller.tick();
  await turns();
  assert.equal(vm.view.guest.hostName, "kept");
});

test("what a hostile guest answers in place of its capabilities is left out", async () => {
  for (const answer of [null, "x", [], { supported_commands: "x" }, { supported_commands: [null, { name: 7 }] }]) {
    const { guest, poller } = world(new ScriptedHypervisor({ askGuestAgent: async () => answer }));
    const vm = guest();
    poller.tick();
    await turns();
    assert.equal(vm.view.guest.agentVersion, "");
  }
});
