import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";

// Members that clients refuse to live without, also when they say nothing (go-ovirt-client, Ansible, ovirt-img).

const api = "/ovirt-engine/api";

const always: Readonly<Record<string, readonly string[]>> = {
  [`/vms/${ids.otherVm}`]: [
    "id",
    "href",
    "name",
    "comment",
    "description",
    "status",
    "cluster.id",
    "template.id",
    "cpu.topology.cores",
    "cpu.topology.sockets",
    "cpu.topology.threads",
    "memory",
    "memory_policy.guaranteed",
    "memory_policy.max",
    "memory_policy.ballooning",
    "type",
    "os.type",
    "bios.type",
    "placement_policy.affinity",
    "next_run_configuration_exists",
    "high_availability.enabled",
    "stateless",
    "actions.link",
    "link",
  ],
  [`/vms/${ids.vm}/diskattachments/${ids.disk}`]: [
    "id",
    "vm.id",
    "disk.id",
    "interface",
    "bootable",
    "active",
    "read_only",
  ],
  [`/vms/${ids.vm}/nics/${ids.nic}`]: ["id", "name", "vm.id", "vnic_profile.id", "mac.address", "linked", "plugged"],
  [`/vms/${ids.vm}/graphicsconsoles/766e63`]: ["id", "vm.id", "protocol"],
  [`/templates/${ids.template}`]: [
    "id",
    "name",
    "comment",
    "description",
    "status",
    "cpu.topology.cores",
    "memory",
    "version.version_number",
  ],
  [`/templates/${ids.template}/diskattachments/${ids.templateDisk}`]: [
    "id",
    "template.id",
    "disk.id",
    "bootable",
    "active",
    "interface",
  ],
  [`/disks/${ids.disk}`]: [
    "id",
    "alias",
    "name",
    "status",
    "provisioned_size",
    "total_size",
    "format",
    "sparse",
    "image_id",
    "storage_type",
    "storage_domains.storage_domain.0.id",
  ],
  [`/hosts/${ids.host}`]: [
    "id",
    "name",
    "status",
    "cluster.id",
    "os.custom_kernel_cmdline",
    "spm.status",
    "summary.active",
    "address",
  ],
  [`/clusters/${ids.cluster}`]: [
    "id",
    "name",
    "cpu.architecture",
    "cpu.type",
    "version.major",
    "data_center.id",
    "mac_pool.id",
  ],
  [`/datacenters/${ids.dataCenter}`]: ["id", "name", "status", "local", "version.major", "link"],
  [`/storagedomains/${ids.storageDomain}`]: [
    "id",
    "name",
    "type",
    "storage.type",
    "available",
    "used",
    "committed",
    "master",
    "external_status",
  ],
  [`/datacenters/${ids.dataCenter}/storagedomains/${ids.storageDomain}`]: [
    "id",
    "status",
    "actions.link",
    "data_center.id",
  ],
  [`/clusters/${ids.cluster}/affinitygroups/${ids.affinityGroup}`]: [
    "id",
    "name",
    "cluster.id",
    "priority",
    "enforcing",
    "vms",
    "hosts",
    "vms_rule.enabled",
    "vms_rule.enforcing",
    "vms_rule.positive",
    "hosts_rule.enabled",
    "hosts_rule.enforcing",
    "hosts_rule.positive",
  ],
  [`/tags/${ids.tag}`]: ["id", "name", "description", "parent.id"],
  [`/jobs/${ids.job}`]: ["id", "description", "status", "start_time", "auto_cleared", "external"],
  [`/imagetransfers/${ids.transfer}`]: [
    "id",
    "phase",
    "direction",
    "proxy_url",
    "transfer_url",
    "transferred",
    "active",
    "disk.id",
  ],
  "/": [
    "product_info.version.major",
    "product_info.version.minor",
    "special_objects.blank_template.id",
    "special_objects.root_tag.id",
    "time",
    "authenticated_user.id",
  ],
};

test("members that clients need are always there, in JSON and in XML", async () => {
  await using world = await restWorld();
  await populate(world);
  for (const [path, members] of Object.entries(always)) {
    const reply = await world.request({ url: `${api}${path}`, headers: { accept: "application/json" } });
    assert.equal(reply.status, 200, path);
    const missing = members.filter((member) => read(reply.json(), member) === undefined);
    assert.deepEqual(missing, [], path);
    const xml = await world.request({ url: `${api}${path}` });
    for (const member of ["comment", "description"].filter((each) => members.includes(each))) {
      assert.match(xml.text, new RegExp(`<${member}(/>|>)`), `${path} has <${member}> also when it is empty`);
    }
  }
});

test("sub-collections that clients follow are linked, and every link answers", async () => {
  await using world = await restWorld();
  await populate(world);
  const wanted: Readonly<Record<string, readonly string[]>> = {
    [`/vms/${ids.vm}`]: [
      "nics",
      "diskattachments",
      "snapshots",
      "reporteddevices",
      "statistics",
      "applications",
      "cdroms",
      "graphicsconsoles",
      "tags",
      "permissions",
    ],
    [`/datacenters/${ids.dataCenter}`]: ["storagedomains", "clusters", "networks"],
    [`/hosts/${ids.host}`]: ["nics", "statistics", "networkattachments"],
    [`/clusters/${ids.cluster}`]: ["networks", "affinitygroups"],
    [`/templates/${ids.template}`]: ["nics", "diskattachments"],
    [`/disks/${ids.disk}`]: ["statistics", "permissions"],
  };
  for (const [path, rels] of Object.entries(wanted)) {
    const reply = await world.request({ url: `${api}${path}`, headers: { accept: "application/json" } });
    const links = reply.json<{ link: { rel: string; href: string }[] }>().link;
    assert.deepEqual(
      rels.filter((rel) => !links.some((link) => link.rel === rel)),
      [],
      path,
    );
    for (const { href } of links) assert.equal((await world.request({ url: href })).status, 200, href);
  }
});

test("dates have a zone, and hrefs are absolute paths of the API", async () => {
  await using world = await restWorld();
  await populate(world);
  const { text } = await world.request({ url: `${api}/vms/${ids.vm}` });
  const dates = [...text.matchAll(/<(?:\w+_time)>([^<]*)</g)].map(([, date]) => date);
  assert.ok(dates.length > 0);
  for (const date of dates) assert.match(date ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  for (const [, href] of text.matchAll(/href="([^"]*)"/g)) assert.match(href ?? "", /^\/ovirt-engine\/api\//);
});

test("operating systems are spelled as the SDK reads them", async () => {
  await using world = await restWorld();
  const { text } = await world.request({ url: `${api}/operatingsystems` });
  assert.match(text, /<operation_systems>\s*<operating_system id="0"/);
});

test("cluster level 4.3 has permits", async () => {
  await using world = await restWorld();
  const reply = await world.request({ url: `${api}/clusterlevels/4.3`, headers: { accept: "application/json" } });
  const { permits } = reply.json<{ permits: { permit: { name: string; id: string }[] } }>();
  assert.ok(permits.permit.some(({ name }) => name === "create_vm"));
});

function read(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}
