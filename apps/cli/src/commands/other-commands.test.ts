import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { logIn, runCommand } from "../../test/run-cli.ts";

test("host approve --wait follows the host until it is up", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  const states = ["installing", "initializing", "up"];
  let looks = 0;
  manager.on("GET /hosts", { list: ["host", [{ id: "h", name: "host1", status: "pending_approval" }]] });
  manager.on("GET /hosts/h", () => ({ one: ["host", { id: "h", status: states[looks++] }] }));
  manager.on("GET /clusters", { list: ["cluster", [{ id: "c", name: "Default" }]] });
  manager.on("GET /jobs", { list: ["job", []] });
  manager.on("POST /hosts/h/approve", { one: ["action", { status: "complete" }] });
  const args = ["host", "approve", "host1", "--cluster", "Default", "--wait"];
  const { code, stderr } = await runCommand(args, { directory: directory.path });
  assert.equal(code, 0, stderr);
  const post = manager.requests.find(({ method }) => method === "POST");
  assert.deepEqual(post?.document("action"), { cluster: { id: "c" } });
  assert.match(stderr, /installing.*\n.*initializing.*\n.*up/);
});

test("host activate --wait ends when the host cannot work", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  const host = { id: "h", name: "host1", status: "non_operational" };
  manager.on("GET /hosts", { list: ["host", [host]] });
  manager.on("GET /hosts/h", { one: ["host", host] });
  manager.on("GET /jobs", { list: ["job", []] });
  manager.on("POST /hosts/h/activate", { one: ["action", { status: "complete" }] });
  const { code, stderr } = await runCommand(["host", "activate", "host1", "--wait"], { directory: directory.path });
  assert.equal(code, 1);
  assert.match(stderr, /Why: Host host1 is non_operational/);
});

test("host ticket prints the value alone, so that it can go into a file", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /clusters", { list: ["cluster", [{ id: "c", name: "Default" }]] });
  manager.on("POST /hosttickets", (request) => ({
    status: 201,
    one: ["host_ticket", { ...request.document("host_ticket"), id: "t", value: "s3cret" }],
  }));
  const args = ["host", "ticket", "--cluster", "Default", "--valid", "2h"];
  const { code, stdout, stderr } = await runCommand(args, { directory: directory.path });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "s3cret\n");
  const expires = manager.requests.at(-1)?.document("host_ticket").expires;
  assert.ok(expires !== undefined && Math.abs(expires.getTime() - Date.now() - 7_200_000) < 60_000);
});

test("host tickets lists what can still be used, and host revoke withdraws one", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /clusters", { list: ["cluster", [{ id: "c", name: "Default" }]] });
  manager.on("GET /hosttickets", { list: ["host_ticket", [{ id: "t", cluster: { id: "c" }, expires: new Date(0) }]] });
  manager.on("DELETE /hosttickets/t", { one: ["action", { status: "complete" }] });
  const listed = await runCommand(["host", "tickets"], { directory: directory.path });
  assert.match(listed.stdout, /^CLUSTER +VALID UNTIL +ID\nDefault +\S+ \S+ +t\n$/);
  const revoked = await runCommand(["host", "revoke", "t"], { directory: directory.path });
  assert.equal(revoked.code, 0, revoked.stderr);
  const again = await runCommand(["host", "revoke", "u"], { directory: directory.path });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /Cannot withdraw ticket u\.\nWhy: there is no such ticket/);
});

test("lists of disks, templates, storage domains, jobs and hosts print tables", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  const time = new Date(2026, 10, 22, 9, 5, 7);
  const domain = {
    id: "s",
    name: "data",
    type: "data",
    status: "active",
    master: true,
    available: 1073741824,
    used: 5,
  };
  manager.on("GET /disks", {
    list: [
      "disk",
      [{ id: "d", alias: "web_disk", status: "ok", provisioned_size: 1048576, storage_domains: [{ id: "s" }] }],
    ],
  });
  manager.on("GET /storagedomains", { list: ["storage_domain", [domain]] });
  manager.on("GET /templates", {
    list: ["template", [{ id: "t", name: "debian", status: "ok", creation_time: time }]],
  });
  manager.on("GET /jobs", {
    list: ["job", [{ id: "j", description: "Creating", status: "started", start_time: time }]],
  });
  manager.on("GET /hosts", { list: ["host", [{ id: "h", name: "host1", status: "up", spm: { status: "spm" } }]] });
  manager.on("GET /clusters", { list: ["cluster", []] });
  manager.on("GET /datacenters", { list: ["data_center", []] });
  const rows: Readonly<Record<string, RegExp>> = {
    disk: /^web_disk +ok +1 MiB +- +- +data +d$/m,
    storage: /^data +active +- +data +- +yes +1 GiB +5 B +s$/m,
    template: /^debian +ok +- +2026-11-22 09:05:07 +- +t$/m,
    job: /^Creating +started +- +2026-11-22 09:05:07 +- +j$/m,
    host: /^host1 +up +- +- +- +- +spm +h$/m,
  };
  for (const [noun, row] of Object.entries(rows)) {
    const { code, stdout, stderr } = await runCommand([noun, "list"], { directory: directory.path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, row);
  }
});

test("event follow prints what happens, in either form, until Ctrl-C, and that is no failure", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  const events = [
    { id: "8", severity: "error", description: "VM db failed", time: new Date(2026, 10, 22, 9, 5, 8) },
    { id: "7", severity: "normal", description: "VM web was started", time: new Date(2026, 10, 22, 9, 5, 7) },
  ];
  manager.on("GET /events", { list: ["event", events] });
  const follow = async (args: readonly string[]) => {
    const controller = new AbortController();
    let lines = 0;
    const onStdout = (): void => {
      lines += 1;
      if (lines === 2) controller.abort();
    };
    const options = { directory: directory.path, signal: controller.signal, onStdout };
    return await runCommand(["event", "follow", "--from", "6", ...args], options);
  };
  const text = await follow([]);
  assert.equal(text.code, 0, text.stderr);
  assert.equal(
    text.stdout,
    "2026-11-22 09:05:07  normal   VM web was started\n2026-11-22 09:05:08  error    VM db failed\n",
  );
  const json = await follow(["-o", "json"]);
  assert.deepEqual(
    json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: string }).id),
    ["7", "8"],
  );
});

test("api GET prints the document as the Manager gives it", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /vms", { list: ["vm", [{ id: "1", memory: 5 }]] });
  for (const path of ["/vms?search=name%3Dweb", "/ovirt-engine/api/vms?search=name%3Dweb"]) {
    const { code, stdout } = await runCommand(["api", "GET", path], { directory: directory.path });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { vm: [{ id: "1", memory: "5" }] });
    assert.equal(manager.requests.at(-1)?.query.get("search"), "name=web");
  }
  const missing = await runCommand(["api", "GET", "/nothing"], { directory: directory.path });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /Cannot GET \/nothing\.\nWhy: the Manager knows no such thing/);
});
