import assert from "node:assert/strict";
import { test } from "node:test";
import { updateHost } from "../../db/queries/hosts.ts";
import { ensureTag, ensureTagAssignment } from "../../db/queries/tags.ts";
import { updateVm, updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { TagId } from "../../domain/tag/tag.ts";
import { hardwareDefaults } from "../../domain/vm/vm-hardware.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

// What clients of oVirt were seen to send, and one search for each field that a person would use.

const hardwareId = "4c4c4544-0000-4000-8000-000000000001";

const found: Readonly<Record<string, readonly string[]>> = {
  "vms?search=name=demo": ["demo"],
  'vms?search=name="demo"': ["demo"],
  'vms?search=name="demo" and datacenter="Default"': ["demo"],
  "vms?search=name=demo and cluster=Default": ["demo"],
  "vms?search=name=demo datacenter=Default": ["demo"],
  "vms?search=name=demo cluster=Other": [],
  "vms?search=pool=X": [],
  "vms?search=tag=nightly": ["demo"],
  'vms?search=tag = "nightly"': ["demo"],
  "vms?search=tag=weekly": [],
  "vms?search=SORTBY NAME ASC page 1": ["demo", "other"],
  "vms;max=1?search=SORTBY NAME ASC page 2": ["other"],
  "vms;max=1?search=SORTBY NAME ASC page 3": [],
  "vms/?search=name=demo": ["demo"],
  "vms?search=": ["demo", "other"],
  "vms?search=name=DEMO": ["demo"],
  "vms?search=name=DEMO&case_sensitive=true": [],
  "vms;case_sensitive=true?search=name=demo": ["demo"],
  "vms?search=name=d*o": ["demo"],
  "vms?search=name=d_mo": [],
  "vms?search=ip=192.0.2.7": ["demo"],
  "vms?search=ip=192.0.2.*": ["demo"],
  "vms?search=ip!=192.0.2.7": ["other"],
  "vms?search=fqdn=demo.example": ["demo"],
  "vms?search=loggedinuser=ann": ["demo"],
  "vms?search=apps=qemu*": ["demo"],
  "vms?search=on_host=one": ["demo"],
  'vms?search=on_host=""': ["other"],
  "vms?search=status=up or status=down sortby status": ["other", "demo"],
  "vms?search=memory>1073741824": ["other"],
  "vms?search=vcpus=4": ["other"],
  "vms?search=os=debian*": ["other"],
  "vms?search=cpu_usage>10": ["demo"],
  "vms?search=mem_usage>10 sortby mem_usage": ["demo"],
  "vms?search=next_run_config_exists=true": [],
  "groups?search=name=every*": ["Everyone"],
  "groups?search=usrname=Everyone type=group": ["Everyone"],
  "groups?search=tag=nightly": [],
  "vms?search=has_illegal_images=false": ["demo", "other"],
  "vms?search=architecture=x86_64 type=server": ["demo", "other"],
  "vms?search=Storage.name=local": ["demo"],
  "vms?search=Storage.name=elsewhere": [],
  "vms?search=Hosts.name=one": ["demo"],
  "vms?search=Templates.name=Blank sortby name desc": ["other", "demo"],
  "vms?search=users.name=admin": [],
  "disks?search=name=demo-disk": ["demo-disk"],
  'disks?search=name="demo-disk" and Storage.name="local" and vm_names="demo"': ["demo-disk"],
  "disks?search=number_of_vms=0 sortby name": ["loose", "template-disk"],
  "disks?search=vm_names!=demo": ["loose", "template-disk"],
  "disks?search=provisioned_size>=1073741824 shareable=false allocation_policy=thin": [
    "demo-disk",
    "loose",
    "template-disk",
  ],
  "datacenters?search=storage.name=local&case_sensitive=true": ["Default"],
  "datacenters?search=storage.name=LOCAL&case_sensitive=true": [],
  "datacenters?search=Clusters.name=Default": ["Default"],
  "templates?search=name=Blank and datacenter=Default": ["Blank"],
  "templates?search=vm.name=demo": ["Blank"],
  "templates?search=datacenter=Default": ["Blank", "demo-template"],
  "templates?search=datacenter=Other": [],
  [`hosts?search=hw_id=${hardwareId} and datacenter=Default and status=Up`]: ["one"],
  "hosts?search=vms.status=up": ["one"],
  "hosts?search=memory>1000": ["one"],
  "hosts?search=cpus=8 cpu_model=EPYC*": ["one"],
  [`hosts?search=spm_id=${ids.host}`]: ["one"],
  "clusters?search=datacenter.name=Default": ["Default"],
  "storagedomains?search=name=local and datacenter=Default": ["local"],
  "networks?search=name=ovirtmgmt and datacenter=Default": ["ovirtmgmt"],
};

test("searches that clients send find what they mean", async () => {
  await using w = await restWorld();
  await populate(w);
  await transaction(w.services.db, async (tx) => {
    await updateVm(tx, ids.otherVm, {
      hardware: {
        ...hardwareDefaults,
        memoryBytes: 2 * hardwareDefaults.memoryBytes,
        cpu: { sockets: 2, cores: 2, threads: 1 },
        osType: "debian_9",
      },
    });
    await updateVmRun(tx, ids.vm, {
      guest: {
        fqdn: "demo.example",
        nics: [{ name: "eth0", macAddress: "56:6f:1a:1a:00:01", ipv4: ["192.0.2.7"], ipv6: ["2001:db8::7"] }],
        fileSystems: [],
        users: ["ann"],
        applications: ["qemu-guest-agent"],
      },
      statistics: {
        atMs: 0,
        cpuUserPercent: 20,
        cpuSystemPercent: 5,
        memoryUsedPercent: 40,
        elapsedMs: 60_000,
        disks: [],
        nics: [],
      },
    });
    await updateHost(tx, ids.host, { hardwareId, facts: hostFacts });
    const tagId = "77777777-0000-4000-8000-000000000009" as TagId;
    await ensureTag(tx, { id: tagId, name: "nightly", description: "" });
    await ensureTagAssignment(tx, tagId, { type: "vm", id: ids.vm });
  });
  for (const [path, names] of Object.entries(found)) {
    const [resource = "", query = ""] = path.split("?search=");
    const [search = "", ...more] = query.split("&");
    const url = `/ovirt-engine/api/${resource}?${["search=".concat(encodeURIComponent(search)), ...more].join("&")}`;
    const { status, text } = await w.request({ url, headers: { accept: "application/json" } });
    assert.equal(status, 200, `${path}: ${text}`);
    const [items = []] = Object.values(JSON.parse(text) as Record<string, { readonly name: string }[]>);
    assert.deepEqual(
      items.map(({ name }) => name),
      names,
      path,
    );
  }
});

test("what a guest does not say any more is not found any more", async () => {
  await using w = await restWorld();
  await populate(w);
  const search = async () =>
    (await w.request({ url: "/ovirt-engine/api/vms?search=ip%3D192.0.2.7" })).text.includes("<vm ");
  assert.equal(await search(), true);
  await transaction(w.services.db, (tx) => updateVmRun(tx, ids.vm, { guest: null }));
  assert.equal(await search(), false);
});

test("a search does not tell of what its sender may not see", async () => {
  await using w = await restWorld();
  await populate(w);
  await w.addUser("ann", "UserVmManager", { type: "vm", id: ids.vm });
  const names = async (path: string, as: string) => {
    const { text } = await w.request({ url: `/ovirt-engine/api/${path}`, as, headers: { accept: "application/json" } });
    return [...text.matchAll(/"name": "([^"]+)"/g)].map(([, name]) => name);
  };
  const own = (search: string, as: string) => names(`vms?search=${encodeURIComponent(search)}`, as);
  assert.ok((await own("cluster=Default", "admin")).includes("demo"));
  // Her VM is in that cluster, on that host; neither is hers to see.
  assert.deepEqual(await own("cluster=Default", "ann"), []);
  assert.deepEqual(await own("on_host=o*", "ann"), []);
  assert.deepEqual(await own("Storage.name=local", "ann"), []);
  assert.ok((await own("name=demo", "ann")).includes("demo"));
  assert.ok(!(await own("", "ann")).includes("other"));
});

const hostFacts = {
  os: { name: "Debian", version: "12", prettyName: "Debian 12", kernel: "6.1.0" },
  agentVersion: "4.7.0",
  libvirtVersion: "9.0.0",
  qemuVersion: "7.2.0",
  hasKvm: true,
  cpu: { model: "EPYC-Rome", flags: [], sockets: 1, cores: 4, threads: 8, speedMhz: 2_500.5 },
  memoryBytes: 16_000_000_000,
  reservedMemoryBytes: 0,
  emulatedMachines: [],
  clusterLevels: ["4.7"],
  networks: [],
  iscsiInitiator: "",
  hasSelinuxEnforcing: false,
  hardware: { manufacturer: "", productName: "", version: "", serialNumber: "", uuid: hardwareId, family: "" },
} as const;
