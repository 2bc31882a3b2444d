import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readRecord } from "@yagura/lab/recorded-process.ts";
import type { ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { connectTo, quickStart, whyNoQuickStart } from "./quick-start.ts";

const skip = await whyNoQuickStart();

/** "All is well again" has this long after a killed process was started again. */
const recoveryMs = 15_000;

test("npm start gives a running guest, and no death of Manager, agent or libvirtd touches it", { skip }, async (t) => {
  await using centre = await quickStart();
  const first = await centre.start();
  using client = await connectTo(first);
  const qemu = await findQemu(centre.data);

  await t.test("the guest is up, with what its agent tells", async () => {
    assert.equal(first.guest.status, "up");
    assert.match(first.guest.addresses[0] ?? "", /^192\.168\./);
    const [vm] = await client.vms.list({ search: "name=demo" });
    assert.equal(vm?.status, "up");
    assert.equal(vm?.guest_operating_system?.distribution, "Yagura demo guest");
  });

  for (const name of ["agent", "manager"]) {
    await t.test(`after kill -9 of the ${name}, npm start finds the same guest running`, async () => {
      await kill(join(centre.data, "run", `${name}.pid`));
      const again = await centre.start();
      assert.equal(again.guest.status, "up");
      assert.deepEqual(again.guest.addresses, first.guest.addresses);
      assert.equal(await findQemu(centre.data), qemu);
      await waitUntilWell(client);
    });
  }

  await t.test("after kill -9 of libvirtd and its restart, the same guest is up and its host too", async (u) => {
    const record = join(centre.data, "libvirt/libvirtd.pid");
    if ((await readRecord(record)) === undefined)
      return u.skip("this machine's own libvirtd is used; it is not ours to kill");
    await kill(record);
    await centre.start();
    assert.equal(await findQemu(centre.data), qemu);
    await waitUntilWell(client);
  });

  await t.test("a guest that is stopped and started again finds what it wrote", async () => {
    const [vm] = await client.vms.list({ search: "name=demo" });
    const id = vm?.id ?? "";
    const before = await bootCount(first.guest.addresses[0] ?? "");
    await client.vms.action(id, "shutdown");
    await poll("the guest to be down", async () => (await client.vms.get(id)).status === "down", { timeoutMs: 60_000 });
    const again = await centre.start();
    assert.equal(await bootCount(again.guest.addresses[0] ?? ""), before + 1);
  });

  await t.test("npm run stop ends everything, and the next start brings the guest back", async () => {
    await centre.stop();
    await assert.rejects(findQemu(centre.data));
    const again = await centre.start();
    assert.equal(again.guest.status, "up");
  });
});

async function kill(record: string): Promise<void> {
  const found = await readRecord(record);
  assert.ok(found !== undefined, `${record} names no running process`);
  process.kill(found.pid, "SIGKILL");
  await poll("it to be gone", async () => (await readRecord(record)) === undefined, { timeoutMs: 5_000, everyMs: 20 });
}

async function waitUntilWell(client: ManagerClient): Promise<void> {
  const isWell = async (): Promise<boolean> => {
    const [hosts, vms] = await Promise.all([client.hosts.list(), client.vms.list({ search: "name=demo" })]);
    return hosts.every((host) => host.status === "up") && vms[0]?.status === "up";
  };
  await poll("host and guest to be up", isWell, { timeoutMs: recoveryMs, everyMs: 200 });
}

/** The process number of the one QEMU whose disks lie below the directory. */
async function findQemu(data: string): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes("qemu-system") && command.includes(data)) return Number(pid);
  }
  throw new Error(`no QEMU works on disks below ${data}`);
}

/** What the guest's web page says about how often it was booted. */
async function bootCount(address: string): Promise<number> {
  const page = await poll(
    "the guest's web page",
    () =>
      fetch(`http://${address}/`).then(
        (answer) => answer.text(),
        () => undefined,
      ),
    { timeoutMs: 20_000 },
  );
  return Number(/Boot (\d+)/.exec(page)?.[1]);
}
