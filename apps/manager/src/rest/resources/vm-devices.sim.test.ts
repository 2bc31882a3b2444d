import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVmDefinition } from "@yagura/domain-xml";
import { proves } from "@yagura/testing/proves.ts";
import { updateDisk } from "../../db/queries/disks.ts";
import { getVm, updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { formatGuest, readGuestParts, startProblems } from "../../operations/vms/describe-guest.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const zeroId = "00000000-0000-0000-0000-000000000000";
const cdrom = `/vms/${ids.otherVm}/cdroms/${zeroId}`;

async function deviceWorld() {
  const world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  const { db } = world.services;
  await transaction(db, async (tx) => {
    await updateDisk(tx, ids.looseDisk, { name: "debian.iso", format: "raw" });
    await tx.updateTable("disks").set({ contentType: "iso" }).where("id", "=", ids.looseDisk).execute();
  });
  /** What libvirt would be told of the VM. */
  const define = async () => {
    const parts = await readGuestParts(db, await getVm(db, ids.otherVm));
    return parseVmDefinition(formatGuest({ ...parts, hasKvm: true, displayPassword: "x" }));
  };
  return { world, call, define };
}

interface WatchdogDocument {
  readonly id: string;
  readonly model: string;
  readonly action: string;
}

for (const [kind, path] of [
  ["VM", `/vms/${ids.otherVm}`],
  ["template", `/templates/${ids.template}`],
  ["instance type", `/instancetypes/${ids.instanceType}`],
] as const) {
  test(`the watchdog of a ${kind} is changed, removed and added`, async () => {
    const { world, call } = await deviceWorld();
    await using _ = world;
    const read = async () =>
      (await call.get(`${path}/watchdogs`)).json<{ watchdog?: WatchdogDocument[] }>().watchdog ?? [];
    const [{ id } = { id: "" }] = await read();
    const changed = await call.put(`${path}/watchdogs/${id}`, "<watchdog><action>pause</action></watchdog>");
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(
      (await read()).map(({ model, action }) => [model, action]),
      [["i6300esb", "pause"]],
    );
    const body = "<watchdog><model>i6300esb</model><action>reset</action></watchdog>";
    assert.match((await call.post(`${path}/watchdogs`, body)).text, /It has a watchdog already/);
    assert.equal((await call.remove(`${path}/watchdogs/${id}`)).status, 200);
    assert.equal((await call.remove(`${path}/watchdogs/${id}`)).status, 404);
    assert.deepEqual(await read(), []);
    const other = body.replace("i6300esb", "diag288");
    assert.match((await call.post(`${path}/watchdogs`, other)).text, /model diag288 are not supported/);
    assert.match((await call.post(`${path}/watchdogs`, "<watchdog/>")).text, /Watchdog \[model\] required for add/);
    assert.equal((await call.post(`${path}/watchdogs`, body)).status, 201);
    assert.deepEqual(
      (await read()).map(({ action }) => action),
      ["reset"],
    );
  });
}

test(
  "libvirt is told of the watchdog that a VM has, and of none when it has none",
  proves(["POST /vms/{}/watchdogs", "PUT /vms/{}/watchdogs/{}", "DELETE /vms/{}/watchdogs/{}"], async () => {
    const { world, call, define } = await deviceWorld();
    await using _ = world;
    const watchdogs = `/vms/${ids.otherVm}/watchdogs`;
    await call.put(`${watchdogs}/${ids.otherVm}`, "<watchdog><action>poweroff</action></watchdog>");
    assert.deepEqual((await define()).watchdog, { model: "i6300esb", action: "poweroff" });
    await call.remove(`${watchdogs}/${ids.otherVm}`);
    assert.equal((await define()).watchdog, undefined);
    await call.post(watchdogs, "<watchdog><model>i6300esb</model><action>dump</action></watchdog>");
    assert.deepEqual((await define()).watchdog, { model: "i6300esb", action: "dump" });
  }),
);

test(
  "an ISO image is put into the drive of a VM, by id or by name, and ejected; libvirt is told so",
  proves(
    ["PUT /vms/{}/cdroms/{}", "POST /vms/{}/cdroms", "GET /storagedomains/{}/files", "GET /storagedomains/{}/files/{}"],
    async () => {
      const { world, call, define } = await deviceWorld();
      await using _ = world;
      const fileIn = async () => (await call.get(cdrom)).json<{ file?: { id: string } }>().file?.id;
      assert.equal(await fileIn(), undefined);
      assert.ok((await define()).drives.every(({ device }) => device === "disk"));
      const files = `/storagedomains/${ids.storageDomain}/files`;
      const [image, ...others] = (await call.get(files)).json<{ file: { id: string; name: string }[] }>().file;
      assert.deepEqual([image?.name, others], ["debian.iso", []], "other disks are no files");
      assert.deepEqual((await call.get(`${files}/${image?.id}`)).json(), image);
      assert.equal((await call.get(`${files}/${ids.disk}`)).status, 404);
      await call.put(cdrom, `<cdrom><file id="${image?.id}"/></cdrom>`);
      assert.equal(await fileIn(), ids.looseDisk);
      await call.put(
        `/vms/${ids.otherVm}`,
        "<vm><os><boot><devices><device>cdrom</device><device>hd</device></devices></boot></os></vm>",
      );
      const drive = (await define()).drives.at(-1);
      assert.equal(drive?.device, "cdrom");
      assert.deepEqual([drive?.volume?.imageId, drive?.bootOrder, drive?.target], [ids.looseDisk, 1, "sda"]);
      assert.equal((await call.put(cdrom, '<cdrom><file id=""/></cdrom>')).status, 200);
      assert.equal(await fileIn(), undefined);
      const added = await call.post(
        `/vms/${ids.otherVm}/cdroms`,
        "<cdrom><file><name>debian.iso</name></file></cdrom>",
      );
      assert.equal(added.status, 201, added.text);
      assert.equal(await fileIn(), ids.looseDisk);
    },
  ),
);

test(
  "a VM and a template lose their console and get it back, and libvirt is told so",
  proves(
    [
      "POST /vms/{}/graphicsconsoles",
      "DELETE /vms/{}/graphicsconsoles/{}",
      "GET /templates/{}/graphicsconsoles",
      "GET /templates/{}/graphicsconsoles/{}",
      "POST /templates/{}/graphicsconsoles",
      "DELETE /templates/{}/graphicsconsoles/{}",
    ],
    async () => {
      const { world, call, define } = await deviceWorld();
      await using _ = world;
      const vnc = "<graphics_console><protocol>vnc</protocol></graphics_console>";
      for (const owner of [`/vms/${ids.otherVm}`, `/templates/${ids.template}`]) {
        const consoles = `${owner}/graphicsconsoles`;
        assert.match((await call.post(consoles, vnc)).text, /It has a VNC console already/);
        assert.equal((await call.remove(`${consoles}/766e63`)).status, 200);
        assert.equal((await call.remove(`${consoles}/766e63`)).status, 404);
        assert.equal((await call.get(`${consoles}/766e63`)).status, 404);
        if (owner.startsWith("/vms")) assert.deepEqual((await define()).graphics, []);
        assert.equal((await call.post(consoles, vnc)).status, 201);
        assert.match((await call.post(consoles, vnc.replace("vnc", "spice"))).text, /Only VNC consoles are supported/);
        const { protocol } = (await call.get(`${consoles}/766e63`)).json<{ protocol: string }>();
        assert.equal(protocol, "vnc");
      }
      assert.deepEqual(
        (await define()).graphics.map(({ kind }) => kind),
        ["vnc"],
      );
    },
  ),
);

test("what is no ISO image is not put into a drive, and a running VM keeps its CD until its next start", async () => {
  const { world, call } = await deviceWorld();
  await using _ = world;
  const data = await call.put(cdrom, `<cdrom><file id="${ids.disk}"/></cdrom>`);
  assert.match(data.text, /Cannot change the CD\. The content of disk \S+ is no ISO image\./);
  assert.equal((await call.put(cdrom, '<cdrom><file id="nothing.iso"/></cdrom>')).status, 404);
  assert.equal((await call.get(cdrom.replace(zeroId, ids.vm))).status, 404);
  const ofRunning = `/vms/${ids.vm}/cdroms/${zeroId}`;
  const body = "<cdrom><file><name>debian.iso</name></file></cdrom>";
  assert.match((await call.put(`${ofRunning}?current=true`, body)).text, /CD of a running VM cannot be changed yet/);
  await call.put(ofRunning, body);
  const fileIn = async (query: string) =>
    (await call.get(`${ofRunning}${query}`)).json<{ file?: { id: string } }>().file?.id;
  assert.deepEqual([await fileIn(""), await fileIn("?current=true")], [ids.looseDisk, undefined]);
  const vm = (await call.get(`/vms/${ids.vm}`)).json<{ next_run_configuration_exists: string }>();
  assert.equal(vm.next_run_configuration_exists, "true");
});

test("a VM does not start with a CD that is not whole or not there any more", async () => {
  const { world, call } = await deviceWorld();
  await using _ = world;
  const { db } = world.services;
  await call.put(cdrom, `<cdrom><file id="${ids.looseDisk}"/></cdrom>`);
  const problems = async () => startProblems(db, await readGuestParts(db, await getVm(db, ids.otherVm)));
  await transaction(db, (tx) => updateDisk(tx, ids.looseDisk, { status: "locked" }));
  assert.ok((await problems()).includes("Disk is locked: debian.iso."));
  await transaction(db, (tx) =>
    tx
      .updateTable("vms")
      .set({ hardware: JSON.stringify({ cdromDiskId: ids.vm }) })
      .where("id", "=", ids.otherVm)
      .execute(),
  );
  assert.ok((await problems()).some((problem) => problem.startsWith("The CD in the drive of the VM is not there")));
});

test(
  "what a guest says of its programs and people is told, and nothing when it says nothing",
  proves(
    [
      "GET /vms/{}/applications",
      "GET /vms/{}/applications/{}",
      "GET /vms/{}/sessions",
      "GET /vms/{}/sessions/{}",
      "GET /templates/{}/cdroms",
      "GET /templates/{}/cdroms/{}",
    ],
    async () => {
      const { world, call } = await deviceWorld();
      await using _ = world;
      const { db } = world.services;
      const { run } = await getVm(db, ids.vm);
      if (run.guest === undefined) throw new Error("the VM of the fixture has a guest agent");
      const guest = { ...run.guest, applications: ["kernel-6.1", "qemu-guest-agent-7.2"], users: ["root", "ann"] };
      await transaction(db, (tx) => updateVmRun(tx, ids.vm, { guest }));
      assert.deepEqual(await call.namesAt(`/vms/${ids.vm}/applications`), ["kernel-6.1", "qemu-guest-agent-7.2"]);
      const { session } = (await call.get(`/vms/${ids.vm}/sessions`)).json<{
        session: { id: string; console_user: string; user: { user_name: string } }[];
      }>();
      assert.deepEqual(
        session.map((each) => [each.user.user_name, each.console_user]),
        [
          ["root", "false"],
          ["ann", "false"],
        ],
      );
      const one = await call.get(`/vms/${ids.vm}/sessions/${session[1]?.id}`);
      assert.equal(one.json<{ user: { user_name: string } }>().user.user_name, "ann");
      assert.deepEqual(await call.namesAt(`/vms/${ids.otherVm}/applications`), []);
      const { applications } = (await call.get(`/vms/${ids.vm}?follow=applications`)).json<{
        applications: { application: { name: string }[] };
      }>();
      assert.equal(applications.application.length, 2);
      const { cdrom: drives } = (await call.get(`/templates/${ids.template}/cdroms`)).json<{
        cdrom: { id: string }[];
      }>();
      assert.deepEqual(
        drives.map(({ id }) => id),
        [zeroId],
      );
      assert.equal((await call.get(`/templates/${ids.template}/cdroms/${zeroId}`)).status, 200);
    },
  ),
);
