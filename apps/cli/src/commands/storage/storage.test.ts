import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { logIn, runCommand } from "../../../test/run-cli.ts";

async function storageWorld() {
  const directory = await temporaryDirectory();
  const manager = await startFakeManager();
  await logIn(manager, directory.path);
  const attached = { id: "s", name: "data", status: "active", data_centers: [{ id: "dc" }] } as const;
  manager.on("GET /storagedomains", { list: ["storage_domain", [attached]] });
  manager.on("GET /storagedomains/s", { one: ["storage_domain", attached] });
  manager.on("GET /datacenters", { list: ["data_center", [{ id: "dc", name: "Default" }]] });
  manager.on("GET /datacenters/dc/storagedomains/s", { one: ["storage_domain", attached] });
  manager.on("GET /jobs", { list: ["job", []] });
  return {
    manager,
    run: (...args: string[]) => runCommand(args, { directory: directory.path }),
    sent: (method: string, path: string) =>
      manager.requests.find((request) => request.method === method && request.path.startsWith(path)),
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test("storage create nfs says where it is and how it is mounted, attaches it, and prints its id", async () => {
  await using world = await storageWorld();
  world.manager.on("POST /storagedomains", { status: 201, one: ["storage_domain", { id: "s", name: "data" }] });
  world.manager.on("POST /datacenters/dc/storagedomains", { status: 201, one: ["storage_domain", { id: "s" }] });
  const mount = ["--nfs-version", "v4_2", "--timeo", "50", "--retrans", "2", "--options", "sec=sys"];
  const { code, stdout, stderr } = await world.run(
    ...["storage", "create", "nfs", "data", "nas.example:/export/data", "--attach", "Default", ...mount],
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "s\n");
  const { storage, name } = world.sent("POST", "/storagedomains")?.document("storage_domain") ?? {};
  assert.deepEqual(
    [name, storage],
    [
      "data",
      {
        type: "nfs",
        address: "nas.example",
        path: "/export/data",
        nfs_version: "v4_2",
        nfs_timeo: 50,
        nfs_retrans: 2,
        mount_options: "sec=sys",
      },
    ],
  );
});

test("storage create tells what a place must look like before anything is sent", async () => {
  await using world = await storageWorld();
  const { code, stderr } = await world.run("storage", "create", "nfs", "data", "/export/data");
  assert.equal(code, 2);
  assert.match(stderr, /^Cannot create storage domain data\.\nWhy: .*is not an NFS export\nDo: {2}Give it as server:/);
  assert.equal(world.sent("POST", "/storagedomains"), undefined);
});

test("storage import asks for what is there, and takes it over only when that is said", async () => {
  await using world = await storageWorld();
  world.manager.on("POST /storagedomains", { status: 201, one: ["storage_domain", { id: "s", name: "old" }] });
  world.manager.on("POST /datacenters/dc/storagedomains", { status: 201, one: ["storage_domain", { id: "s" }] });
  const { code, stderr } = await world.run(
    ...["storage", "import", "nfs", "nas.example:/old", "--attach", "Default", "--take-over"],
  );
  assert.equal(code, 0, stderr);
  assert.equal(world.sent("POST", "/storagedomains")?.document("storage_domain").import, true);
  assert.equal(world.sent("POST", "/datacenters")?.query.get("force"), "true");
});

test("storage maintenance goes to the domain's data center, and --wait stays until it is there", async () => {
  await using world = await storageWorld();
  const states = ["preparing_for_maintenance", "maintenance"];
  world.manager.on("GET /datacenters/dc/storagedomains/s", () => ({
    one: ["storage_domain", { id: "s", status: states.shift() as "maintenance" }],
  }));
  world.manager.on("POST /datacenters/dc/storagedomains/s/deactivate", { one: ["action", { status: "pending" }] });
  const { code, stderr } = await world.run("storage", "maintenance", "data", "--wait");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /preparing for maintenance.*\n.*maintenance/);
});

test("storage register makes every unregistered disk known, those that stand on others after them", async () => {
  await using world = await storageWorld();
  const found = [
    { id: "11111111-0000-4000-8000-000000000001", alias: "thin" },
    { id: "11111111-0000-4000-8000-000000000002", alias: "golden" },
  ];
  world.manager.on("GET /storagedomains/s/disks", { list: ["disk", found] });
  const done: string[] = [];
  world.manager.on("POST /storagedomains/s/disks", (request) => {
    const { id = "" } = request.document("disk");
    if (id.endsWith("1") && done.length === 0) {
      return { status: 409, fault: { reason: "Operation Failed", detail: "[register that one first]" } };
    }
    done.push(id.slice(-1));
    return { status: 201, one: ["disk", { id, alias: found.find((each) => each.id === id)?.alias }] };
  });
  const { code, stdout, stderr } = await world.run("storage", "register", "data", "--all");
  assert.equal(code, 0, stderr);
  assert.deepEqual(done, ["2", "1"]);
  assert.match(stdout, /^golden .*\nthin /m);
});

test("storage remove asks before it wipes, and does not both wipe and spare", async () => {
  await using world = await storageWorld();
  world.manager.on("DELETE /storagedomains/s", { one: ["action", { status: "complete" }] });
  const unasked = await world.run("storage", "remove", "data", "--format");
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /Add --yes/);
  const both = await world.run("storage", "remove", "data", "--format", "--destroy", "--yes");
  assert.match(both.stderr, /opposites/);
  const wiped = await world.run("storage", "remove", "data", "--format", "--yes");
  assert.equal(wiped.code, 0, wiped.stderr);
  assert.equal(world.sent("DELETE", "/storagedomains/s")?.query.get("format"), "true");
});

test("disk extend takes a size or what is added, and refuses to make it smaller before it asks", async () => {
  await using world = await storageWorld();
  const disk = { id: "d", name: "web", status: "ok", provisioned_size: 1073741824 } as const;
  world.manager.on("GET /disks", { list: ["disk", [disk]] });
  world.manager.on("GET /disks/d", { one: ["disk", disk] });
  world.manager.on("PUT /disks/d", { one: ["disk", disk] });
  const smaller = await world.run("disk", "extend", "web", "512MiB");
  assert.equal(smaller.code, 1);
  assert.match(smaller.stderr, /it has 1 GiB already/);
  const { code, stderr } = await world.run("disk", "extend", "web", "+1GiB", "--wait");
  assert.equal(code, 0, stderr);
  assert.equal(world.sent("PUT", "/disks/d")?.document("disk").provisioned_size, 2147483648);
});

test("disk copy prints the id of the copy, and disk move follows the job with its progress", async () => {
  await using world = await storageWorld();
  const disk = { id: "d", name: "web", status: "ok" } as const;
  world.manager.on("GET /disks", { list: ["disk", [disk]] });
  world.manager.on("POST /disks/d/copy", { one: ["action", { status: "complete", disk: { id: "copy" } }] });
  const copied = await world.run("disk", "copy", "web", "--to", "data", "--name", "web2");
  assert.equal(copied.code, 0, copied.stderr);
  assert.equal(copied.stdout, "copy\n");
  const body = world.sent("POST", "/disks/d/copy")?.document("action");
  assert.deepEqual([body?.storage_domain, body?.disk?.name], [{ id: "s" }, "web2"]);

  let looks = 0;
  world.manager.on("GET /disks/d", () => ({ one: ["disk", { id: "d", status: ++looks > 1 ? "ok" : "locked" }] }));
  world.manager.on("GET /jobs", () => ({
    list: [
      "job",
      looks > 1
        ? []
        : [
            {
              id: "j",
              status: "started",
              description: "Moving Disk web",
              steps: [{ id: "x", status: "started", progress: 42 }],
            },
          ],
    ],
  }));
  world.manager.on("POST /disks/d/move", { one: ["action", { status: "pending" }] });
  const moved = await world.run("disk", "move", "web", "--to", "data", "--wait");
  assert.equal(moved.code, 0, moved.stderr);
  assert.match(moved.stderr, /locked; Moving Disk web, 42 %/);
});

test("storage list says how each domain is in its data center, and which that is", async () => {
  await using world = await storageWorld();
  const outside = { id: "s", name: "data", external_status: "ok", data_centers: [{ id: "dc" }] } as const;
  const spare = { id: "t", name: "spare", status: "unattached" } as const;
  world.manager.on("GET /storagedomains", { list: ["storage_domain", [outside, spare]] });
  world.manager.on("GET /datacenters/dc/storagedomains", {
    list: ["storage_domain", [{ id: "s", name: "data", status: "preparing_for_maintenance" }]],
  });
  const { code, stdout, stderr } = await world.run("storage", "list");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^data +preparing for maintenance +Default /m);
  assert.match(stdout, /^spare +unattached +/m);
});
