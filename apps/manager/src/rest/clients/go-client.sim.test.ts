import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestTypes } from "@yagura/rest-model";
import { clientWorld, encode, only } from "./client-world.fixture.ts";

/** What go-ovirt-client refuses an object without, as paths in our own model. */
const required = {
  vm: [
    "comment",
    "description",
    "name",
    "cluster.id",
    "status",
    "template.id",
    "cpu.topology.cores",
    "cpu.topology.sockets",
    "cpu.topology.threads",
    "memory",
    "memory_policy",
    "type",
    "os.type",
  ],
  disk_attachment: ["id", "vm.id", "disk.id", "interface", "bootable", "active"],
  nic: ["id", "name", "vm.id", "vnic_profile.id", "mac.address"],
  template: ["id", "name", "status"],
  tag: ["id", "name"],
  disk: ["id", "alias", "format", "provisioned_size", "total_size", "status", "storage_domains"],
  affinity_group: [
    "id",
    "name",
    "cluster.id",
    "priority",
    "enforcing",
    "vms_rule.enabled",
    "vms_rule.enforcing",
    "vms_rule.positive",
    "hosts_rule.enabled",
    "hosts_rule.enforcing",
    "hosts_rule.positive",
  ],
} as const satisfies Partial<Record<keyof RestTypes, readonly string[]>>;

function requireMembers(type: keyof typeof required, thing: unknown): void {
  const missing = required[type].filter(
    (path) =>
      path
        .split(".")
        .reduce<unknown>(
          (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
          thing,
        ) === undefined,
  );
  assert.deepEqual(missing, [], `${type} ${JSON.stringify(thing)}`);
}

const headers = { version: "4", "user-agent": "GoSDK/4.4.6" };

test("go-ovirt-client finds every member that it refuses an object without", async () => {
  await using world = await clientWorld({ headers });
  const { client } = world;
  const root = await client.get("api", "/");
  assert.ok(root.product_info?.version?.full_version !== undefined, "feature flags stand on it");
  const vms = await client.list("vm", "/vms");
  for (const vm of vms) requireMembers("vm", vm);
  const { id } = only(vms);
  const cluster = only(await client.list("cluster", "/clusters"));
  const [profile] = await client.list("vnic_profile", "/vnicprofiles");
  const nic = await client.add(
    "nic",
    `/vms/${id}/nics`,
    `<nic><name>go</name><vnic_profile id="${profile?.id}"/></nic>`,
  );
  requireMembers("nic", await client.get("nic", `/vms/${id}/nics/${nic.id}`));
  for (const each of await client.list("disk_attachment", `/vms/${id}/diskattachments`))
    requireMembers("disk_attachment", each);
  const templates = await client.list("template", "/templates");
  assert.ok(
    templates.some((each) => each.id === "00000000-0000-0000-0000-000000000000"),
    "the blank template",
  );
  for (const template of templates) {
    requireMembers("template", template);
    for (const each of await client.list("disk_attachment", `/templates/${template.id}/diskattachments`)) {
      assert.equal(each.template?.id, template.id);
    }
  }
  for (const each of await client.list("disk", "/disks")) requireMembers("disk", each);
  requireMembers("tag", await client.add("tag", "/tags", "<tag><name>t</name></tag>"));
  const group = await client.add(
    "affinity_group",
    `/clusters/${cluster.id}/affinitygroups`,
    "<affinity_group><name>g</name><priority>1.0</priority><vms_rule><enabled>true</enabled><enforcing>true</enforcing><positive>false</positive></vms_rule></affinity_group>",
  );
  const groups = await client.send("GET", `/clusters/${cluster.id}/affinitygroups?follow=vms,hosts`);
  assert.match(groups.text, /<vms\s*\/>|<vms>/, "vms are there, also when there are none");
  requireMembers(
    "affinity_group",
    await client.get("affinity_group", `/clusters/${cluster.id}/affinitygroups/${group.id}`),
  );
  for (const each of await client.list("graphics_console", `/vms/${id}/graphicsconsoles`)) {
    assert.ok(each.id !== undefined && each.vm?.id === id);
  }
  const places = [
    "/hosts",
    "/instancetypes",
    "/storagedomains",
    "/vnicprofiles",
    `/vms/${id}/reporteddevices`,
    `/datacenters/${cluster.data_center?.id}/clusters`,
  ];
  assert.deepEqual(await client.notServed(places.map((path) => ["GET", path])), []);
});

test("terraform applies a plan of a VM with a disk, a NIC and a tag, and its second plan is empty", async () => {
  await using world = await clientWorld({ headers });
  const { client } = world;
  const cluster = only(await client.list("cluster", "/clusters"));
  const domain = only(await client.list("storage_domain", "/storagedomains"));
  const [profile] = await client.list("vnic_profile", "/vnicprofiles");
  const blank = "00000000-0000-0000-0000-000000000000";
  const tag = await client.add("tag", "/tags", "<tag><name>tf</name><description>by plan</description></tag>");
  const vm = await client.add(
    "vm",
    "/vms",
    `<vm><cluster id="${cluster.id}"/><comment>c</comment><cpu><topology><cores>1</cores><sockets>2</sockets><threads>1</threads></topology></cpu>` +
      `<memory>134217728</memory><memory_policy><guaranteed>67108864</guaranteed><max>268435456</max></memory_policy><name>tf</name><template id="${blank}"/></vm>`,
  );
  const disk = await client.add(
    "disk",
    "/disks?correlation_id=tf-disk-1",
    `<disk><alias>tf_disk</alias><format>raw</format><provisioned_size>1048576</provisioned_size><sparse>true</sparse><storage_domains><storage_domain id="${domain.id}"/></storage_domains></disk>`,
  );
  await client.jobsEnd("tf-disk-1");
  assert.equal((await client.get("disk", `/disks/${disk.id}`)).status, "ok", "when its job has ended");
  const nic = await client.add(
    "nic",
    `/vms/${vm.id}/nics`,
    `<nic><name>eth0</name><vnic_profile id="${profile?.id}"/></nic>`,
  );
  await client.add("tag", `/vms/${vm.id}/tags`, `<tag id="${tag.id}"/>`);
  const attachment = await client.add(
    "disk_attachment",
    `/vms/${vm.id}/diskattachments`,
    `<disk_attachment><active>true</active><bootable>true</bootable><disk id="${disk.id}"/><interface>virtio_scsi</interface></disk_attachment>`,
  );
  await client.act(`/vms/${vm.id}/start`);
  await client.until("vm", `/vms/${vm.id}`, ({ status }) => status === "up");

  const now = await client.get("vm", `/vms/${vm.id}`);
  assert.deepEqual(
    [
      now.name,
      now.comment,
      now.cluster?.id,
      now.template?.id,
      now.cpu?.topology,
      now.memory,
      now.memory_policy?.guaranteed,
      now.memory_policy?.max,
    ],
    ["tf", "c", cluster.id, blank, { cores: 1, sockets: 2, threads: 1 }, 134_217_728, 67_108_864, 268_435_456],
  );
  const diskNow = await client.get("disk", `/disks/${disk.id}`);
  assert.deepEqual(
    [diskNow.alias, diskNow.format, diskNow.provisioned_size, diskNow.sparse, diskNow.storage_domains?.[0]?.id],
    ["tf_disk", "raw", 1_048_576, true, domain.id],
  );
  const attached = await client.get("disk_attachment", `/vms/${vm.id}/diskattachments/${attachment.id}`);
  assert.deepEqual([attached.interface, attached.active, attached.bootable], ["virtio_scsi", true, true]);
  assert.equal((await client.get("nic", `/vms/${vm.id}/nics/${nic.id}`)).vnic_profile?.id, profile?.id);
  assert.deepEqual(
    (await client.list("tag", `/vms/${vm.id}/tags`)).map(({ id }) => id),
    [tag.id],
  );
  assert.equal((await client.get("tag", `/tags/${tag.id}`)).description, "by plan");

  const said = await client.refused("POST", `/vms/${vm.id}/start`, 409, "<action/>");
  assert.match(said, /^\[.*VM is running\.?.*\]$/, "the client tells errors by their text");
  const many = await client.list("vm", `/vms?search=${encode("name=tf")}`);
  assert.equal(many.length, 1);
});
