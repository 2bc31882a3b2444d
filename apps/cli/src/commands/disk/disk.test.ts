import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { logIn, runCommand } from "../../../test/run-cli.ts";

/** A Manager with a VM, a disk, and storage domains of which one is in a data center. */
async function diskWorld() {
  const directory = await temporaryDirectory();
  const manager = await startFakeManager();
  manager.on("GET /storagedomains", {
    list: [
      "storage_domain",
      [
        { id: "s", name: "data", data_centers: [{ id: "dc" }] },
        { id: "t", name: "spare", status: "unattached" },
      ],
    ],
  });
  manager.on("GET /vms", { list: ["vm", [{ id: "v", name: "web", status: "down" }]] });
  manager.on("GET /disks", { list: ["disk", [{ id: "d", name: "web_disk", status: "ok" }]] });
  manager.on("GET /jobs", { list: ["job", []] });
  manager.on("POST /disks", { status: 202, one: ["disk", { id: "new", status: "locked" }] });
  await logIn(manager, directory.path);
  return {
    manager,
    run: (...args: readonly string[]) => runCommand(["disk", ...args], { directory: directory.path }),
    sent: (method: string, path: string) =>
      manager.requests.findLast((request) => request.method === method && request.path.endsWith(path)),
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test("disk create makes a thin qcow2 disk on the only domain there is, and prints its id", async () => {
  await using world = await diskWorld();
  const { code, stdout, stderr } = await world.run("create", "web2", "--size", "20GiB");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "new\n");
  assert.deepEqual(world.sent("POST", "/disks")?.document("disk"), {
    name: "web2",
    provisioned_size: 21474836480,
    format: "cow",
    sparse: true,
    storage_domains: [{ id: "s" }],
  });
});

test("disk create takes the space at once when it is to, and waits until the disk is there", async () => {
  await using world = await diskWorld();
  let looks = 0;
  world.manager.on("GET /disks/new", () => ({ one: ["disk", { id: "new", status: ++looks > 1 ? "ok" : "locked" }] }));
  const options = ["--preallocated", "--storage-domain", "spare", "--description", "fast", "--wait"];
  const { code, stdout, stderr } = await world.run("create", "db", "--size", "1GiB", ...options);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "new\n");
  assert.deepEqual(world.sent("POST", "/disks")?.document("disk"), {
    name: "db",
    description: "fast",
    provisioned_size: 1073741824,
    format: "raw",
    sparse: false,
    storage_domains: [{ id: "t" }],
  });
});

test("disk create sends nothing when it is not clear what is wanted", async () => {
  await using world = await diskWorld();
  assert.equal((await world.run("create", "x")).code, 2);
  assert.equal((await world.run("create", " ", "--size", "1G")).code, 2);
  assert.equal((await world.run("create", "x", "--size", "big")).code, 2);
  assert.equal((await world.run("create", "x", "--size", "1G", "--format", "vmdk")).code, 2);
  const attached = (id: string) => ({ id, name: id, data_centers: [{ id: "dc" }] });
  world.manager.on("GET /storagedomains", { list: ["storage_domain", [attached("a"), attached("b")]] });
  const several = await world.run("create", "x", "--size", "1G");
  assert.equal(several.code, 2);
  assert.match(several.stderr, /more than one storage domain: a, b\.?\nDo: +Say which: --storage-domain NAME/);
  world.manager.on("GET /storagedomains", { list: ["storage_domain", []] });
  assert.match((await world.run("create", "x", "--size", "1G")).stderr, /no data center has a storage domain/);
  assert.equal(world.sent("POST", "/disks"), undefined);
});

test("disk attach gives a disk to a VM, and disk detach takes it back without removing it", async () => {
  await using world = await diskWorld();
  world.manager.on("POST /vms/v/diskattachments", { status: 201, one: ["disk_attachment", { id: "d" }] });
  world.manager.on("DELETE /vms/v/diskattachments/d", { one: ["action", { status: "complete" }] });
  const given = await world.run("attach", "web", "web_disk", "--interface", "virtio", "--bootable", "--read-only");
  assert.equal(given.code, 0, given.stderr);
  assert.match(given.stderr, /^VM web has disk web_disk\.$/m);
  assert.deepEqual(world.sent("POST", "/diskattachments")?.document("disk_attachment"), {
    disk: { id: "d" },
    interface: "virtio",
    bootable: true,
    active: true,
    read_only: true,
  });
  assert.equal((await world.run("attach", "web", "web_disk", "--interface", "floppy")).code, 2);
  const taken = await world.run("detach", "web", "web_disk");
  assert.equal(taken.code, 0, taken.stderr);
  assert.equal(world.sent("DELETE", "/diskattachments/d")?.query.get("detach_only"), "true");
});
