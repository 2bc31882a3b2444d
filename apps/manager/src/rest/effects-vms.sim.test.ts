import assert from "node:assert/strict";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { GiB } from "@yagura/std/units.ts";
import { proves } from "@yagura/testing/proves.ts";
import { type Effects, effects } from "./effects.fixture.ts";

// What clients ask of VMs over REST, seen at the host and on its storage.

const xmlOf = ({ host }: Effects, vmId: string) => host.vms.find((vm) => vm.vmId === vmId)?.xml ?? "";
const callsOf = ({ host }: Effects, verb: string) => host.calls.filter((call) => call.verb === verb).length;

/** A guest that has ended is known to its host until the Manager has seen how it ended. */
async function untilForgotten({ host }: Effects): Promise<void> {
  await poll("the host to have no guest", () => host.vms.length === 0 || undefined, { timeoutMs: 20_000, everyMs: 20 });
}

async function addDisk({ add, until, domainId }: Effects, name: string): Promise<string> {
  const id = await add("/disks", {
    name,
    provisioned_size: GiB,
    format: "raw",
    storage_domains: { storage_domain: [{ id: domainId }] },
  });
  await until(`/disks/${id}`, "status", "ok");
  return id;
}

/** A VM with one bootable disk. */
async function addVm(at: Effects, name: string): Promise<{ readonly vmId: string; readonly diskId: string }> {
  const diskId = await addDisk(at, `${name}-disk`);
  const vmId = await at.add("/vms", { name, cluster: { id: at.cluster.id }, template: { name: "Blank" }, memory: GiB });
  await at.until(`/vms/${vmId}`, "status", "down");
  await at.add(`/vms/${vmId}/diskattachments`, {
    disk: { id: diskId },
    interface: "virtio",
    bootable: "true",
    active: "true",
  });
  return { vmId, diskId };
}

test(
  "a VM is made, started, restarted, shut down, switched off and removed, and its host does all of it",
  proves(
    [
      "POST /vms",
      "POST /vms/{}/start",
      "POST /vms/{}/reboot",
      "POST /vms/{}/reset",
      "POST /vms/{}/shutdown",
      "POST /vms/{}/stop",
      "DELETE /vms/{}",
      "POST /vms/{}/diskattachments",
    ],
    async () => {
      await using at = await effects();
      const { rest, host, until } = at;
      const { vmId, diskId } = await addVm(at, "web");
      const vm = `/vms/${vmId}`;
      await rest.ok("POST", `${vm}/start`, {});
      await until(vm, "status", "up");
      assert.deepEqual(
        host.vms.map((each) => each.vmId),
        [vmId],
      );
      assert.match(xmlOf(at, vmId), new RegExp(`<name>web</name>[\\s\\S]*${diskId}`));
      await rest.ok("POST", `${vm}/reboot`, {});
      await until(vm, "status", "up");
      assert.equal(callsOf(at, "VM.shutdown"), 1);
      await rest.ok("POST", `${vm}/reset`, {});
      await until(vm, "status", "up");
      assert.equal(callsOf(at, "VM.reset"), 1);
      await rest.ok("POST", `${vm}/shutdown`, {});
      await until(vm, "status", "down");
      await untilForgotten(at);
      await rest.ok("POST", `${vm}/start`, {});
      await until(vm, "status", "up");
      await rest.ok("POST", `${vm}/stop`, {});
      await until(vm, "status", "down");
      await untilForgotten(at);
      assert.notEqual(at.volumesOf(diskId), undefined);
      await rest.ok("DELETE", vm);
      assert.equal((await rest.request("GET", vm)).status, 404);
      assert.equal(at.volumesOf(diskId), undefined, "its disk went with it");
    },
  ),
);

test(
  "what is changed of a VM that is down, its NICs and its disks, is what its guest has when it starts",
  proves(
    [
      "PUT /vms/{}",
      "POST /vms/{}/nics",
      "PUT /vms/{}/nics/{}",
      "DELETE /vms/{}/nics/{}",
      "POST /vms/{}/nics/{}/activate",
      "POST /vms/{}/nics/{}/deactivate",
      "PUT /vms/{}/diskattachments/{}",
      "DELETE /vms/{}/diskattachments/{}",
    ],
    async () => {
      await using at = await effects();
      const { rest, until, add, list } = at;
      const { vmId } = await addVm(at, "db");
      const vm = `/vms/${vmId}`;
      const [profile] = await list("/vnicprofiles");
      const nicId = await add(`${vm}/nics`, {
        name: "nic1",
        interface: "virtio",
        vnic_profile: { id: profile?.id },
        mac: { address: "56:6f:1a:1a:09:01" },
      });
      const goneId = await add(`${vm}/nics`, { name: "nic2", mac: { address: "56:6f:1a:1a:09:02" } });
      await rest.ok("PUT", `${vm}/nics/${nicId}`, { interface: "e1000" });
      await rest.ok("DELETE", `${vm}/nics/${goneId}`);
      const unpluggedId = await add(`${vm}/nics`, { name: "nic3", mac: { address: "56:6f:1a:1a:09:03" } });
      for (const id of [nicId, unpluggedId]) await rest.ok("POST", `${vm}/nics/${id}/deactivate`, {});
      await rest.ok("POST", `${vm}/nics/${nicId}/activate`, {});
      const looseId = await addDisk(at, "loose");
      await add(`${vm}/diskattachments`, { disk: { id: looseId }, interface: "virtio", active: "true" });
      const moreId = await addDisk(at, "more");
      await add(`${vm}/diskattachments`, { disk: { id: moreId }, interface: "virtio", active: "true" });
      await rest.ok("PUT", `${vm}/diskattachments/${moreId}`, { interface: "sata" });
      await rest.ok("DELETE", `${vm}/diskattachments/${looseId}?detach_only=true`);
      await rest.ok("PUT", vm, { memory: 2 * GiB, cpu: { topology: { sockets: 1, cores: 3, threads: 1 } } });
      await rest.ok("POST", `${vm}/start`, {});
      await until(vm, "status", "up");
      const xml = xmlOf(at, vmId);
      assert.match(xml, /<mac address="56:6f:1a:1a:09:01"\/>\s*<source [^>]*>\s*<model type="e1000e"\/>/);
      assert.doesNotMatch(xml, /56:6f:1a:1a:09:0[23]/);
      assert.ok(xml.includes(moreId) && !xml.includes(looseId));
      assert.match(xml, /bus="sata"/);
      assert.match(xml, /<memory unit="[A-Za-z]+">(2097152|2147483648)<|<memory unit="MiB">2048</);
      assert.match(xml, /cores="3"/);
      assert.notEqual(at.volumesOf(looseId), undefined, "it was only taken away from the VM");
    },
  ),
);

test(
  "a template is made from a VM, VMs stand on it, and it goes when nothing does",
  proves(["POST /templates", "PUT /templates/{}", "DELETE /templates/{}"], async () => {
    await using at = await effects();
    const { rest, add, until, list } = at;
    const { vmId, diskId } = await addVm(at, "golden");
    const templateId = await add("/templates", { name: "base", vm: { id: vmId } });
    const template = `/templates/${templateId}`;
    await until(template, "status", "ok");
    const [attachment] = await list(`${template}/diskattachments`);
    assert.ok(attachment);
    assert.notEqual(attachment.id, diskId);
    assert.equal(at.volumesOf(attachment.id)?.length, 1);
    await rest.ok("PUT", template, { description: "the base of all" });
    assert.equal((await at.read(template))["description"], "the base of all");
    const cloneId = await add("/vms", { name: "one", cluster: { id: at.cluster.id }, template: { id: templateId } });
    await until(`/vms/${cloneId}`, "status", "down");
    const [own] = await list(`/vms/${cloneId}/diskattachments`);
    assert.ok(
      at.volumesOf(own?.id ?? "")?.some(({ parentId }) => parentId !== ""),
      "it stands on the template's",
    );
    assert.equal((await rest.request("DELETE", template)).status, 409);
    await rest.ok("DELETE", `/vms/${cloneId}`);
    await rest.ok("DELETE", template);
    assert.equal((await rest.request("GET", template)).status, 404);
    assert.equal(at.volumesOf(attachment.id), undefined);
  }),
);

test("one correlation id leads from the request through job, steps, journal and host to the events", async () => {
  await using at = await effects();
  const { rest, until, list } = at;
  const { vmId } = await addVm(at, "traced");
  const correlationId = "trace-me_1";
  await rest.ok("POST", `/vms/${vmId}/start?correlation_id=${correlationId}`, {});
  await until(`/vms/${vmId}`, "status", "up");
  const [job, ...others] = await list(`/jobs?search=correlation_id%3D${correlationId}`);
  assert.deepEqual([job?.["description"], others], ["Launching VM traced", []]);
  assert.ok((await list(`/jobs/${job?.id}/steps`)).length >= 2);
  const sagas = await at.world.system.db
    .selectFrom("sagas")
    .selectAll()
    .where("jobId", "=", job?.id ?? "")
    .execute();
  assert.deepEqual(
    sagas.map((saga) => saga.correlationId),
    [correlationId],
  );
  const create = at.host.calls.find(({ verb }) => verb === "VM.create");
  assert.equal(create?.correlationId, correlationId);
  const events = await list(`/events?search=correlation_id%3D${correlationId}`);
  assert.deepEqual(
    events.map(({ code }) => code),
    ["32"],
  );
});
