import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { debianGuestCache } from "@yagura/lab/cache-directory.ts";
import { buildDebianDisk, whyNoDebian } from "@yagura/lab/debian-guest/build-debian-disk.ts";
import { findLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import { readRecord } from "@yagura/lab/recorded-process.ts";
import { fetchAuthority } from "@yagura/rest-client";
import { MiB } from "@yagura/std/units.ts";
import { openGuestFiles } from "./guest-files.ts";
import { addGuest, readFileSystems, untilAgentSpeaks, untilVmIs } from "./guests.ts";
import { connectTo, putDemoDisk, quickStart, whyNoQuickStart } from "./quick-start.ts";

const skip = (await whyNoQuickStart()) || (await whyNoDebian());
const note = "/root/note";

test("a whole Debian runs from a disk uploaded over the API, and keeps what it wrote", { skip }, async (t) => {
  const diskFile = await buildDebianDisk(debianGuestCache());
  await using centre = await quickStart();
  await putDemoDisk(centre.data);
  const started = await centre.start();
  using client = await connectTo(started);
  const { pem: ca } = await fetchAuthority(started.url);
  const place = { cluster: "Default", storageDomain: "local" };
  const vmId = await addGuest(client, { name: "debian", ...place, memoryBytes: 512 * MiB, diskFile, ca });
  await client.vms.action(vmId, "start");
  const libvirtd = await findLibvirtd(join(centre.data, "libvirt"));

  await t.test("its guest agent's data appear", async () => {
    const vm = await untilAgentSpeaks(client, vmId);
    assert.equal(vm.fqdn, "debian-guest");
    assert.match(vm.guest_operating_system?.distribution ?? "", /^Debian GNU\/Linux/);
    assert.match(vm.guest_operating_system?.kernel?.version?.full_version ?? "", /cloud-amd64/);
    assert.ok((await readFileSystems(client, vmId)).some(({ path, fs }) => path === "/" && fs === "ext4"));
  });

  await t.test("what it wrote is there after kill -9 of the Manager, and after a cold restart", async () => {
    assert.ok(libvirtd !== undefined);
    await using files = await openGuestFiles(libvirtd.socketPath, vmId);
    await files.write(note, "written before\n");

    const manager = await readRecord(join(centre.data, "run/manager.pid"));
    process.kill(manager?.pid ?? 0, "SIGKILL");
    using again = await connectTo(await centre.start());
    assert.equal((await again.vms.get(vmId)).status, "up");
    assert.equal(await files.read(note), "written before\n");

    await again.vms.action(vmId, "shutdown");
    await untilVmIs(again, vmId, "down");
    await again.vms.action(vmId, "start");
    await untilAgentSpeaks(again, vmId);
    assert.equal(await files.read(note), "written before\n");
  });
});
