import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { logIn, runCommand } from "../../../test/run-cli.ts";

async function cliWorld() {
  const directory = await temporaryDirectory();
  const manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /datacenters", { list: ["data_center", [{ id: "d", name: "Default", status: "up", local: false }]] });
  manager.on("GET /hosts", { list: ["host", [{ id: "h", name: "host1" }]] });
  return {
    manager,
    run: (...args: readonly string[]) => runCommand(args, { directory: directory.path }),
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const spm = {
  status: "spm",
  host: { id: "h" },
  reason: "host2 has the lease and cannot be reached",
  since: new Date(2026, 10, 22, 9, 5, 7),
  epoch: 7,
  io_timeout: 10,
  lease_time: 140,
} as const;

test("spm show says who it is, since when and why; one data center need not be named", async () => {
  await using world = await cliWorld();
  world.manager.on("GET /datacenters/d/spm", { one: ["storage_pool_manager", spm] });
  const { code, stdout, stderr } = await world.run("spm", "show");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Host +host1\n/);
  assert.match(stdout, /Since +2026-11-22 09:05:07\n/);
  assert.match(stdout, /Because +host2 has the lease/);
  assert.match(stdout, /Lease time +140 s/);
});

test("spm show wants a name when there are several data centers, and says how to find it", async () => {
  await using world = await cliWorld();
  const both = [
    { id: "d", name: "Default" },
    { id: "e", name: "Other" },
  ];
  world.manager.on("GET /datacenters", { list: ["data_center", both] });
  const { code, stderr } = await world.run("spm", "show");
  assert.equal(code, 2);
  assert.match(stderr, /^Cannot show the SPM.*\nWhy: there is more than one data center\nDo: .*data-center list/);
});

test("spm move asks for the host and follows until it has the role", async () => {
  await using world = await cliWorld();
  const states = ["none", "contending", "spm"] as const;
  let looks = 0;
  world.manager.on("GET /hosts/h", () => ({ one: ["host", { id: "h", spm: { status: states[looks++] } }] }));
  world.manager.on("GET /jobs", { list: ["job", []] });
  world.manager.on("POST /hosts/h/forceselectspm", { one: ["action", { status: "complete" }] });
  const { code, stderr } = await world.run("spm", "move", "--to", "host1", "--wait");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /not SPM yet.*\n.*becoming SPM.*\n.*SPM/);
});

test("spm move says in three lines why the Manager refused", async () => {
  await using world = await cliWorld();
  const detail = "[Cannot force select SPM. The host is maintenance; it must be up.]";
  world.manager.on("POST /hosts/h/forceselectspm", {
    status: 409,
    one: ["fault", { reason: "Operation Failed", detail }],
  });
  const { code, stderr } = await world.run("spm", "move", "--to", "host1");
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot move the SPM to host1\.\nWhy: .*must be up.*\nDo: /);
});

test("host priority takes a number or never, and nothing else", async () => {
  await using world = await cliWorld();
  world.manager.on("PUT /hosts/h", { one: ["host", { id: "h" }] });
  assert.equal((await world.run("host", "priority", "host1", "never")).code, 0);
  assert.deepEqual(world.manager.requests.at(-1)?.document("host"), { spm: { priority: -1 } });
  assert.equal((await world.run("host", "priority", "host1", "9")).code, 0);
  const { code, stderr } = await world.run("host", "priority", "host1", "11");
  assert.equal(code, 2);
  assert.match(stderr, /not an SPM priority/);
});

test("host confirm-reboot wants to be meant", async () => {
  await using world = await cliWorld();
  world.manager.on("POST /hosts/h/fence", { one: ["action", { status: "complete" }] });
  assert.equal((await world.run("host", "confirm-reboot", "host1")).code, 2);
  const { code, stderr } = await world.run("host", "confirm-reboot", "host1", "--yes");
  assert.equal(code, 0, stderr);
  assert.deepEqual(world.manager.requests.at(-1)?.document("action"), { fence_type: "manual" });
});

test("data-center create takes the I/O timeout along, and refuses one that hosts do not know", async () => {
  await using world = await cliWorld();
  world.manager.on("POST /datacenters", { status: 201, one: ["data_center", { id: "n", name: "new" }] });
  world.manager.on("PUT /datacenters/n/spm", { one: ["storage_pool_manager", { io_timeout: 2 }] });
  const { code, stdout, stderr } = await world.run("data-center", "create", "new", "--io-timeout", "2");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "n\n");
  assert.deepEqual(world.manager.requests.at(-1)?.document("storage_pool_manager"), { io_timeout: 2 });
  assert.equal((await world.run("data-center", "create", "new", "--io-timeout", "3")).code, 2);
});

test("data-center list and show print tables", async () => {
  await using world = await cliWorld();
  world.manager.on("GET /datacenters/d", {
    one: ["data_center", { id: "d", name: "Default", status: "up", local: false }],
  });
  world.manager.on("GET /datacenters/d/spm", { one: ["storage_pool_manager", spm] });
  const domains = [{ id: "s", name: "data", status: "active", master: true }];
  world.manager.on("GET /datacenters/d/storagedomains", { list: ["storage_domain", domains] });
  assert.match((await world.run("data-center", "list")).stdout, /^Default +up +shared +d$/m);
  const { stdout, stderr } = await world.run("data-center", "show", "Default");
  assert.match(stdout, /SPM +host1\n/, stderr);
  assert.match(stdout, /Storage domain +data active master/);
});
