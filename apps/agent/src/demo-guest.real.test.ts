import assert from "node:assert/strict";
import { chmod, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AgentClient, RunningVmStats } from "@yagura/agent-protocol";
import { guestAgentChannel } from "@yagura/domain-xml";
import { buildDemoDisk } from "@yagura/lab/demo-guest/build-demo-disk.ts";
import { connect } from "@yagura/libvirt";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { makeLocalPool } from "./testing/local-pool.ts";
import { type RealAgent, startRealAgent } from "./testing/real-agent.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "./testing/real-libvirt.ts";
import { disklessGuest } from "./testing/real-virt.ts";

const skip = (await whyNoRealLibvirt()) ?? false;
const networkName = `yagt${process.pid}`;
let libvirt: RealLibvirt;
let agent: RealAgent;
let demoDisk: string;

before(async () => {
  if (skip !== false) return;
  demoDisk = await buildDemoDisk({ cacheDirectory: join(homedir(), ".cache/yagura/demo-guest") });
  libvirt = await startRealLibvirt();
  agent = await startRealAgent(libvirt, ["--guest-network", `network:${networkName}`]);
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  if (libvirt !== undefined) await removeNetwork(libvirt);
  await libvirt?.[Symbol.asyncDispose]();
});

test("a guest boots from a disk of the pool, gets an address by NAT, and its agent tells about it", {
  skip,
}, async () => {
  const credentials = await agent.pki.manager();
  await using client = await agent.connect(credentials);
  await agent.ready(client);
  const path = join(libvirt.directory, "storage");
  const pool = await makeLocalPool(client, { path, port: agent.port, credentials });
  const volume = await pool.importDisk(demoDisk, 256 * MiB);
  const { vmId, xml } = demoGuest(volume);
  const diskPath = join(path, volume.domainId, "images", volume.imageId, volume.volumeId);
  const ownerBefore = await owner(diskPath);

  await client.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
  const stats = await poll("the guest's agent to tell", () => told(client, vmId), { timeoutMs: 90_000, everyMs: 500 });
  assert.equal(stats.status, "Up");
  assert.match(stats.guestIPs ?? "", /192\.168\.\d+\.\d+/);
  assert.notEqual(stats.guestName, "");
  assert.ok(stats.netIfaces?.some((nic) => nic.hw === "56:6f:00:00:00:01"));
  assert.equal(stats.disks?.["vda"]?.imageID, volume.imageId);

  // The agent is killed and started again: the guest is adopted with its address in seconds.
  await agent.kill("SIGKILL");
  await agent.restart();
  await using second = await agent.connect(credentials);
  await agent.ready(second);
  const adopted = await poll("the guest's agent to tell again", () => told(second, vmId), { timeoutMs: 15_000 });
  assert.equal(adopted.pid, stats.pid);

  await second.call.VM.shutdown({ vmID: vmId, timeout: 30 });
  const down = async () => (await second.call.VM.getStats({ vmID: vmId }))[0]?.status === "Down";
  await poll("the guest to shut down", down, { timeoutMs: 60_000 });
  const [ended] = await second.call.VM.getStats({ vmID: vmId });
  assert.ok(ended !== undefined && "exitReason" in ended);
  assert.deepEqual([ended.exitCode, ended.exitReason], [0, 6]);
  assert.deepEqual(await owner(diskPath), ownerBefore);
  await second.call.VM.destroy({ vmID: vmId });
});

test("a disk below a directory that QEMU's user cannot pass is an error naming that directory", { skip }, async () => {
  const credentials = await agent.pki.manager();
  await using client = await agent.connect(credentials);
  await agent.ready(client);
  const closed = join(libvirt.directory, "closed");
  const second = await startRealAgent(libvirt);
  try {
    await using other = await second.connect();
    await second.ready(other);
    const pool = await makeLocalPool(other, {
      path: join(closed, "storage"),
      port: second.port,
      credentials: await second.pki.manager(),
    });
    const volume = await pool.importDisk(demoDisk, 256 * MiB);
    await chmod(closed, 0o700);
    const { vmId, xml } = demoGuest(volume);
    await other.call.VM.create({ vmID: vmId, vmParams: { vmId, xml } });
    const exited = async () => {
      const [stats] = await other.call.VM.getStats({ vmID: vmId });
      return stats !== undefined && "exitReason" in stats ? stats : undefined;
    };
    const stats = await poll("the start to fail", exited, { timeoutMs: 30_000 });
    assert.equal(stats.exitReason, 3);
    assert.match(stats.exitMessage, new RegExp(`cannot pass through ${closed} \\(mode 0700`));
    await other.call.VM.destroy({ vmID: vmId });
  } finally {
    await second[Symbol.asyncDispose]();
  }
});

function demoGuest(volume: Awaited<ReturnType<Awaited<ReturnType<typeof makeLocalPool>>["importDisk"]>>) {
  return disklessGuest({
    memoryBytes: 256 * MiB,
    drives: [
      {
        device: "disk",
        bus: "virtio",
        target: "vda",
        format: "qcow2",
        source: { kind: "file", path: `/rhev/data-center/${volume.poolId}/placeholder` },
        volume,
        bootOrder: 1,
      },
    ],
    channels: [{ name: guestAgentChannel }],
    rngs: [],
  });
}

/** What the VM's statistics say, once the guest has an address. */
async function told(client: AgentClient, vmID: string): Promise<RunningVmStats | undefined> {
  const [stats] = await client.call.VM.getStats({ vmID });
  assert.ok(stats !== undefined && !("exitReason" in stats), `the guest is down: ${JSON.stringify(stats)}`);
  return stats.guestIPs ? stats : undefined;
}

async function owner(path: string): Promise<[number, number]> {
  const { uid, gid } = await stat(path);
  return [uid, gid];
}

async function removeNetwork({ daemon }: RealLibvirt): Promise<void> {
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  const { nets } = await connection.remote.connectListAllNetworks({ needResults: 1 });
  const net = nets.find((one) => one.name === networkName);
  if (net === undefined) return;
  await connection.remote.networkDestroy({ net });
  await connection.remote.networkUndefine({ net });
}
