import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AgentFault, type RunningVmStats } from "@yagura/agent-protocol";
import { poll } from "@yagura/std/poll.ts";
import { type RealAgent, startRealAgent } from "./testing/real-agent.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "./testing/real-libvirt.ts";
import { disklessGuest } from "./testing/real-virt.ts";
import { createTestPki } from "./testing/test-pki.ts";

const skip = (await whyNoRealLibvirt()) ?? false;
let libvirt: RealLibvirt;
let agent: RealAgent;

before(async () => {
  if (skip !== false) return;
  libvirt = await startRealLibvirt();
  agent = await startRealAgent(libvirt);
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await libvirt?.[Symbol.asyncDispose]();
});

test("the agent answers ping and says what this host is", { skip }, async () => {
  await using client = await agent.connect();
  await agent.ready(client);
  await client.call.Host.ping();
  const capabilities = await client.call.Host.getCapabilities();
  assert.equal(capabilities.uuid, agent.hostId);
  assert.equal(capabilities.lastClientIface, "lo");
  assert.ok(capabilities.emulatedMachines.includes("q35"));
  assert.ok(capabilities.clusterLevels.includes("4.7"));
  assert.notEqual(capabilities.networks["ovirtmgmt"], undefined);
  const stats = await client.call.Host.getStats();
  assert.ok(stats.memFree > 0);
  await client.call.Host.getHardwareInfo();
});

test("a VM runs by verbs, its events arrive, and it is told as vdsm tells it", { skip }, async () => {
  await using client = await agent.connect();
  await agent.ready(client);
  const events = client.events();
  const { vmId, xml } = disklessGuest();
  const accepted = await client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
  assert.equal(accepted.status, "WaitForLaunch");
  await assert.rejects(client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } }), faultOf(4));
  const seen: string[] = [];
  for await (const { event } of events) {
    if (event.event !== "VM_status" || event.id !== vmId) continue;
    const status = event.params[vmId]?.status ?? "";
    seen.push(status);
    if (status === "Powering up") await client.call.VM.pause({ vmID: vmId });
    if (status === "Paused") await client.call.VM.destroy({ vmID: vmId });
    if (status === "Down") break;
  }
  assert.deepEqual(seen, ["Powering up", "Paused", "Down"]);
  await assert.rejects(client.call.VM.getStats({ vmID: vmId }), faultOf(1));
});

test("kill -9 of the agent while a guest runs: the guest goes on and the next agent has it", { skip }, async () => {
  const { vmId, xml } = disklessGuest();
  await using before = await agent.connect();
  await agent.ready(before);
  await before.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
  const first = await poll("the guest to run", async () => running(await before.call.VM.getStats({ vmID: vmId })), {
    timeoutMs: 60_000,
  });
  await agent.kill("SIGKILL");
  await agent.restart();
  await using client = await agent.connect();
  await agent.ready(client);
  const stats = running(await client.call.VM.getStats({ vmID: vmId }));
  assert.ok(stats !== undefined, "the new agent does not have the guest");
  assert.equal(stats.pid, first.pid);
  assert.notEqual(stats.pid, "0");
  // The order of events goes on over the restart.
  assert.ok(Number(stats.statusTime) > Number(first.statusTime));
  await client.call.VM.destroy({ vmID: vmId });
});

test("a certificate of another authority gets no further than the handshake", { skip }, async () => {
  const stranger = await (await createTestPki()).manager();
  await assert.rejects(agent.connect({ ...stranger, caPem: agent.pki.authority.certificatePem }));
});

test("another host may not run VMs here", { skip }, async () => {
  await using client = await agent.connect(await agent.pki.host());
  const { vmId, xml } = disklessGuest();
  await assert.rejects(client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } }), AgentFault);
});

test("SIGTERM ends the agent and no guest", { skip }, async () => {
  const { vmId, xml } = disklessGuest();
  await using before = await agent.connect();
  await agent.ready(before);
  await before.call.VM.create({ vmID: vmId, vmParams: { vmId, xml, launchPaused: true } });
  await poll("the guest to be there", async () => running(await before.call.VM.getStats({ vmID: vmId })), {
    timeoutMs: 60_000,
  });
  await agent.kill("SIGTERM");
  assert.equal(agent.process.exitCode, 0);
  await agent.restart();
  await using client = await agent.connect();
  await agent.ready(client);
  const [stats] = await client.call.VM.getStats({ vmID: vmId });
  assert.equal(stats?.status, "Paused");
  await client.call.VM.destroy({ vmID: vmId });
});

function running(list: readonly unknown[]): RunningVmStats | undefined {
  const [stats] = list as readonly RunningVmStats[];
  return stats !== undefined && ["Powering up", "Up", "Paused"].includes(stats.status) ? stats : undefined;
}

function faultOf(code: number): (error: unknown) => boolean {
  return (error) => error instanceof AgentFault && error.code === code;
}

test("kill -9 of libvirtd while a guest runs: its last state is told, and all is well after the restart", {
  skip,
}, async () => {
  const { vmId, xml } = disklessGuest();
  await using client = await agent.connect();
  await agent.ready(client);
  const stats = async () => running(await client.call.VM.getStats({ vmID: vmId }));
  await client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
  const first = await poll("the guest to run", stats, { timeoutMs: 60_000 });
  await libvirt.kill();
  const told = await poll("the loss to show", async () => hasMonitorResponse(await stats(), "-1"), {
    timeoutMs: 10_000,
  });
  assert.equal(told.status, first.status);
  await libvirt.start();
  const after = await poll("all to be well", async () => hasMonitorResponse(await stats(), "0"), { timeoutMs: 15_000 });
  assert.equal(after.pid, first.pid);
  await client.call.VM.pause({ vmID: vmId });
  await client.call.VM.destroy({ vmID: vmId });
});

test("a QEMU that is stopped delays no other guest and no answer", { skip }, async () => {
  await using client = await agent.connect();
  await agent.ready(client);
  const guests = [disklessGuest(), disklessGuest()] as const;
  for (const { vmId, xml } of guests) await client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
  const [stuck, healthy] = [guests[0].vmId, guests[1].vmId];
  const pids: number[] = [];
  for (const { vmId } of guests) {
    const stats = await poll("the guest to run", async () => running(await client.call.VM.getStats({ vmID: vmId })), {
      timeoutMs: 60_000,
    });
    pids.push(Number(stats.pid));
  }
  const [stuckPid = 0] = pids;
  process.kill(stuckPid, "SIGSTOP");
  try {
    // Each question about the stopped guest hangs in libvirt; none of them may be waited for by the others.
    void client.call.VM.getStats({ vmID: stuck }).catch(() => undefined);
    const beganMs = performance.now();
    await client.call.VM.pause({ vmID: healthy });
    await client.call.VM.cont({ vmID: healthy });
    await client.call.VM.getStats({ vmID: healthy });
    await client.call.Host.getAllVmStats();
    await client.call.Host.getStats();
    assert.ok(performance.now() - beganMs < 5_000, "the healthy guest had to wait");
  } finally {
    process.kill(stuckPid, "SIGCONT");
  }
  for (const vmID of [stuck, healthy]) await client.call.VM.destroy({ vmID });
});

function hasMonitorResponse(stats: RunningVmStats | undefined, wanted: string): RunningVmStats | undefined {
  return stats?.monitorResponse === wanted ? stats : undefined;
}
