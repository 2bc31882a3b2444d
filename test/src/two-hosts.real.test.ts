import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { type AgentClient, AgentFault, ConnectionEnded, connectAgent } from "@yagura/agent-protocol";
import { demoGuestCache } from "@yagura/lab/cache-directory.ts";
import { buildDemoDisk } from "@yagura/lab/demo-guest/build-demo-disk.ts";
import { type Door, openDoor } from "@yagura/lab/door.ts";
import { type LabHost, startTwoHosts } from "@yagura/lab/two-hosts/two-hosts.ts";
import { fetchAuthority, RestFault } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { addGuest, untilAgentSpeaks } from "./guests.ts";
import { openDirectory, whyNoQuickStart } from "./quick-start.ts";

const skip = await whyNoQuickStart();

/** A silent host counts as lost after 30 s. */
const lossMs = 60_000;
/** "All is well again" has this long after the cable is back in. */
const recoveryMs = 15_000;

test("two hosts of one Manager run a guest each, and losing one of them starts nothing twice", { skip }, async (t) => {
  await using directory = await openDirectory();
  const diskFile = await buildDemoDisk({ cacheDirectory: demoGuestCache() });
  await using lab = await startTwoHosts({ name: "ytest2", directory: directory.path });
  const { client, hosts } = lab;
  const [one, two] = hosts;
  assert.ok(one !== undefined && two !== undefined);
  const ca = (await fetchAuthority(lab.url)).pem;

  await t.test(
    "one was let in by its ticket, the other was approved; both are up, in data centers of their own",
    async () => {
      const found = await client.hosts.list();
      assert.deepEqual(
        found.map(({ id, name = "", address, status }) => ({ id, name, address, status })).sort(byName),
        hosts.map(({ id, title: name, address }) => ({ id, name, address, status: "up" })).sort(byName),
      );
      assert.equal(new Set(found.map(({ cluster }) => cluster?.id)).size, 2);
    },
  );

  const vmIds = await Promise.all(
    hosts.map(({ title }) =>
      addGuest(client, {
        name: `guest-${title}`,
        cluster: title,
        storageDomain: title,
        memoryBytes: 256 * MiB,
        diskFile,
        ca,
      }),
    ),
  );
  const [guestOne = "", guestTwo = ""] = vmIds;

  await t.test("a guest runs on each", async () => {
    for (const vmId of vmIds) await client.vms.action(vmId, "start");
    const guests = await Promise.all(vmIds.map((vmId) => untilAgentSpeaks(client, vmId)));
    assert.deepEqual(
      guests.map(({ host }) => host?.id),
      [one.id, two.id],
    );
  });

  await t.test("a host without its cable is not responding, its guest unknown and started nowhere", async () => {
    await two.setLink(false);
    await poll("the loss of the host", async () => (await client.hosts.get(two.id)).status === "non_responsive", {
      timeoutMs: lossMs,
      everyMs: 500,
    });
    const lost = await client.vms.get(guestTwo);
    assert.equal(lost.status, "unknown");
    assert.equal(lost.host?.id, two.id);
    await assert.rejects(
      client.vms.action(guestTwo, "start"),
      (error) => error instanceof RestFault && /does not answer/.test(error.detail ?? ""),
    );
    assert.equal((await client.hosts.get(one.id)).status, "up");
    assert.equal((await client.vms.get(guestOne)).status, "up");
    assert.equal(await countQemus(guestTwo), 1);
  });

  await t.test("with the cable back in all is well again by itself", async () => {
    await two.setLink(true);
    const isWell = async (): Promise<boolean> =>
      (await client.hosts.get(two.id)).status === "up" && (await client.vms.get(guestTwo)).status === "up";
    await poll("host and guest to be up", isWell, { timeoutMs: recoveryMs, everyMs: 200 });
    assert.equal(await countQemus(guestTwo), 1);
  });

  await t.test("a host's certificate opens another host's port, but not the verbs of the Manager", async () => {
    await using door = await openDoor(one, { address: two.address, port: 54_321 }, directory.path);
    await using peer = await connectWith(door, await readCredentials(one));
    await peer.call.Host.ping();
    const calls = [
      peer.call.Host.getCapabilities(),
      peer.call.Host.getAllVmStats(),
      peer.call.VM.destroy({ vmID: guestTwo }),
    ];
    for (const call of calls) {
      await assert.rejects(call, (error) => error instanceof AgentFault && error.code === -32_000);
    }
    assert.equal((await client.vms.get(guestTwo)).status, "up");
  });

  await t.test("without a certificate nobody gets a word in", async () => {
    await using door = await openDoor(one, { address: two.address, port: 54_321 }, directory.path);
    await assert.rejects(connectWith(door, { ca }), ConnectionEnded);
  });
});

/** How many QEMUs run this VM, on whatever host: all of them are processes of this machine. */
async function countQemus(vmId: string): Promise<number> {
  let count = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes("qemu-system") && command.includes(vmId)) count += 1;
  }
  return count;
}

/** What the agent of a host shows to those it talks to. */
async function readCredentials({ agentDirectory }: LabHost): Promise<{ ca: string; cert: string; key: string }> {
  const read = (file: string): Promise<string> => readFile(join(agentDirectory, "pki", file), "utf8");
  return { ca: await read("ca.pem"), cert: await read("cert.pem"), key: await read("key.pem") };
}

async function connectWith(door: Door, credentials: ConnectionOptions): Promise<AgentClient> {
  const socket = connectTls({ path: door.socketPath, ...credentials, checkServerIdentity: () => undefined });
  return connectAgent({ socket, connectTimeoutMs: 10_000 });
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
