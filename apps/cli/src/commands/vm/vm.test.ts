import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeManager, startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { type CliRun, type CliRunOptions, logIn, runCommand } from "../../../test/run-cli.ts";

const webId = "11111111-1111-4111-8111-111111111111";
const dbId = "22222222-2222-4222-8222-222222222222";
const web = {
  id: webId,
  name: "web",
  status: "up",
  memory: 2147483648,
  cpu: { topology: { sockets: 2, cores: 1, threads: 1 } },
  cluster: { id: "c" },
  host: { id: "h" },
  template: { id: "t" },
  fqdn: "web.example.com",
  link: [{ rel: "nics", href: "/x" }],
} as const;
const db = { id: dbId, name: "db", status: "down", cluster: { id: "c" } } as const;

interface Lab extends AsyncDisposable {
  readonly manager: FakeManager;
  run(args: readonly string[], options?: Partial<CliRunOptions>): Promise<CliRun>;
}

/** A Manager with two VMs, and somebody who is logged in to it. */
async function lab(): Promise<Lab> {
  const directory = await temporaryDirectory();
  const manager = await startFakeManager();
  manager.on("GET /vms", { list: ["vm", [web, db]] });
  manager.on(`GET /vms/${webId}`, { one: ["vm", web] });
  manager.on(`GET /vms/${dbId}`, { one: ["vm", db] });
  manager.on("GET /hosts", { list: ["host", [{ id: "h", name: "host1" }]] });
  manager.on("GET /clusters", { list: ["cluster", [{ id: "c", name: "Default" }]] });
  manager.on("GET /templates", { list: ["template", [{ id: "t", name: "debian" }]] });
  manager.on("GET /jobs", { list: ["job", []] });
  await logIn(manager, directory.path);
  return {
    manager,
    run: (args, options) => runCommand(args, { directory: directory.path, ...options }),
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test("vm list prints a table with the names behind the references", async () => {
  await using place = await lab();
  const { run } = place;
  const { code, stdout } = await run(["vm", "list"]);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `NAME  STATUS  HOST   CLUSTER  MEMORY  CPUS  FQDN             ID
web   up      host1  Default  2 GiB   2     web.example.com  ${webId}
db    down    -      Default  -       -     -                ${dbId}
`,
  );
});

test("vm list -o json prints what scripts want: numbers as numbers, no links", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const { stdout } = await run(["vm", "list", "-o", "json", "--search", "status=up", "--max", "2"]);
  const { link: _, ...plain } = web;
  assert.deepEqual(JSON.parse(stdout), [plain, db]);
  assert.equal(String(manager.requests.at(-1)?.query), "search=status%3Dup&max=2");
});

test("vm list of nothing says so", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /vms", { list: ["vm", []] });
  assert.equal((await run(["vm", "list"])).stdout, "There are no VMs.\n");
  assert.equal((await run(["vm", "list", "-o", "json"])).stdout, "[]\n");
});

test("who may not see hosts sees their ids", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /hosts", { status: 403 });
  assert.match((await run(["vm", "list"])).stdout, /web +up +h +Default/);
});

test("what a guest calls itself cannot move the cursor", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /vms", { text: '{"vm":[{"name":"a\\u009b2Jb","fqdn":"x\\ny\\u202e"}]}' });
  const { stdout } = await run(["vm", "list"]);
  assert.match(stdout, /a\ufffd2Jb/);
  assert.match(stdout, /x y\ufffd/);
});

test("vm show prints disks, NICs and addresses", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /vms/{id}/diskattachments", {
    list: ["disk_attachment", [{ disk: { id: "d" }, bootable: true, interface: "virtio" }]],
  });
  manager.on("GET /disks/d", { one: ["disk", { alias: "web_disk", provisioned_size: 1073741824, status: "ok" }] });
  manager.on("GET /vms/{id}/nics", { list: ["nic", [{ name: "nic1", mac: { address: "56:6f:00:00:00:01" } }]] });
  manager.on("GET /vms/{id}/reporteddevices", {
    list: ["reported_device", [{ ips: [{ address: "192.0.2.7" }, { address: "2001:db8::7" }] }]],
  });
  const { code, stdout } = await run(["vm", "show", "web"]);
  assert.equal(code, 0);
  for (const line of [
    /^Name +web$/m,
    /^Status +up$/m,
    /^Template +debian$/m,
    /^Host +host1$/m,
    /^Addresses +192\.0\.2\.7 2001:db8::7$/m,
    /^Disk +web_disk 1 GiB virtio bootable ok$/m,
    /^NIC +nic1 56:6f:00:00:00:01$/m,
  ]) {
    assert.match(stdout, line);
  }
});

test("vm show says in words why a VM is paused, and what becomes of it then", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const about = { status: "paused", status_detail: "enospc", storage_error_resume_behaviour: "kill" } as const;
  manager.on(`GET /vms/${webId}`, { one: ["vm", { ...web, ...about }] });
  for (const part of ["diskattachments", "nics", "reporteddevices"] as const) {
    const types = { diskattachments: "disk_attachment", nics: "nic", reporteddevices: "reported_device" } as const;
    manager.on(`GET /vms/{id}/${part}`, { list: [types[part], []] });
  }
  const { stdout } = await run(["vm", "show", "web"]);
  assert.match(stdout, /^Status +paused: its storage is full \(enospc\)$/m);
  assert.match(stdout, /^On storage error +is paused, and ends if that takes longer than a lease lasts$/m);
});

test("vm create says what becomes of the VM when its storage fails", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms", { status: 202, one: ["vm", { ...db, name: "new", status: "image_locked" }] });
  const made = ["vm", "create", "new", "--template", "debian", "--on-storage-error"];
  assert.equal((await run([...made, "dance"])).code, 2);
  assert.equal((await run([...made, "leave_paused"])).code, 0);
  const asked = manager.requests.find(({ method, path }) => method === "POST" && path.endsWith("/vms"));
  assert.equal(asked?.document("vm").storage_error_resume_behaviour, "leave_paused");
});

test("vm start takes a name or an id, and asks for that one VM only", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  assert.equal((await run(["vm", "start", "db"])).code, 0);
  assert.equal((await run(["vm", "start", dbId, "--pause"])).stderr, "VM db starts.\n");
  const posts = manager.requests.filter(({ method }) => method === "POST");
  assert.deepEqual(
    posts.map(({ path, body, query }) => [path, body, String(query)]),
    [
      [`/vms/${dbId}/start`, "{}", "correlation_id=c-1"],
      [`/vms/${dbId}/start`, JSON.stringify({ pause: "true" }, undefined, 2), "correlation_id=c-1"],
    ],
  );
});

for (const [what, name, code, why] of [
  ["an empty name", "", 2, /the name of the VM is empty/],
  ["a name of blanks", "  ", 2, /the name of the VM is empty/],
  ["a wildcard", "*", 1, /no VM is called \*/],
  ["a part of a search", 'web" or name="db', 1, /no VM is called/],
  ["a name in another case", "WEB", 1, /no VM is called WEB/],
  ["an unknown id", "33333333-3333-4333-8333-333333333333", 1, /no VM is called/],
] as const) {
  test(`vm stop of ${what} stops nothing`, async () => {
    await using place = await lab();
    const { manager, run } = place;
    const { code: exit, stderr } = await run(["vm", "stop", name]);
    assert.equal(exit, code);
    assert.match(stderr, why);
    assert.ok(manager.log().every((line) => line.startsWith("GET ")));
  });
}

test("vm stop of a name that two VMs have stops neither, and tells their ids", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /vms", { list: ["vm", [web, { ...db, name: "web" }]] });
  const { code, stderr } = await run(["vm", "stop", "web"]);
  assert.equal(code, 2);
  assert.match(stderr, new RegExp(`2 VMs are called web\nDo: {2}.*${webId}, ${dbId}`));
});

test("vm start --wait tells how far it is, until it is up", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const states = ["wait_for_launch", "powering_up", "powering_up", "up"];
  let looks = 0;
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  manager.on(`GET /vms/${dbId}`, () => ({ one: ["vm", { ...db, status: states[looks++] }] }));
  const { code, stdout, stderr } = await run(["vm", "start", "db", "--wait"]);
  assert.equal(code, 0);
  assert.equal(stdout, "");
  assert.deepEqual(
    stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ \(.*/, "")),
    ["VM db: wait_for_launch", "VM db: powering_up", "VM db: up"],
  );
});

test("vm start --wait ends when the VM is down again and nothing works on it", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  const { code, stderr } = await run(["vm", "start", "db", "--wait"]);
  assert.equal(code, 1);
  assert.match(stderr, /Cannot start VM db\.\nWhy: VM db is down\nDo: {2}See what happened: yagura event list/);
});

test("vm start --wait tells of the job that failed", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  manager.on("GET /jobs", { list: ["job", [{ description: "Launching VM db", status: "failed" }]] });
  const { code, stderr } = await run(["vm", "start", "db", "--wait"]);
  assert.equal(code, 1);
  assert.match(stderr, /Why: Launching VM db: failed/);
});

test("vm start --wait gives up after the time it was given, and says that it may still happen", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  manager.on("GET /jobs", { list: ["job", [{ description: "Launching VM db", status: "started" }]] });
  const { code, stderr } = await run(["vm", "start", "db", "--wait", "--timeout", "1s"]);
  assert.equal(code, 1);
  assert.match(stderr, /took longer than 1 s; it may still happen/);
});

test("Ctrl-C while waiting ends the wait, not what the Manager does", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const controller = new AbortController();
  manager.on("POST /vms/{id}/start", { one: ["action", { status: "complete" }] });
  manager.on("GET /jobs", () => {
    controller.abort(new Error("interrupted"));
    return { list: ["job", []] };
  });
  const { code, stderr } = await run(["vm", "start", "db", "--wait"], { signal: controller.signal });
  assert.equal(code, 130);
  assert.match(stderr, /Interrupted; what the Manager has begun goes on/);
});

test("what the Manager refuses is said in its words", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const fault = { reason: "Operation Failed", detail: "[Cannot run VM. The VM is already running.]" };
  manager.on("POST /vms/{id}/start", { status: 409, one: ["action", { status: "failed", fault }] });
  const { code, stderr } = await run(["vm", "start", "web"]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    "Cannot start VM web.\nWhy: the Manager says: [Cannot run VM. The VM is already running.]\n" +
      "Do:  See how it is now (show, list; job list), then try again\n",
  );
});

test("vm create sends ids, units as bytes, and prints the new id", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms", { status: 202, one: ["vm", { ...db, name: "new", status: "image_locked" }] });
  const options = ["--template", "debian", "--memory", "1.5GiB", "--cpus", "4", "--description", "a test"];
  const { code, stdout } = await run(["vm", "create", "new", ...options]);
  assert.equal(code, 0);
  assert.equal(stdout, `${dbId}\n`);
  assert.deepEqual(manager.requests.at(-1)?.document("vm"), {
    name: "new",
    description: "a test",
    memory: 1610612736,
    cpu: { topology: { sockets: 4, cores: 1, threads: 1 } },
    template: { id: "t" },
    cluster: { id: "c" },
  });
});

test("vm create without a template makes a VM without disks", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms", { status: 201, one: ["vm", { ...db, name: "new", status: "down" }] });
  assert.equal((await run(["vm", "create", "new"])).code, 0);
  assert.deepEqual(manager.requests.at(-1)?.document("vm"), {
    name: "new",
    template: { id: "00000000-0000-0000-0000-000000000000" },
    cluster: { id: "c" },
  });
});

test("vm create --start waits until the VM is made before it starts it", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const states = ["image_locked", "down", "wait_for_launch", "up"];
  let looks = 0;
  manager.on("POST /vms", { status: 202, one: ["vm", { ...db, status: "image_locked" }] });
  manager.on(`GET /vms/${dbId}`, () => ({ one: ["vm", { ...db, status: states[looks++] }] }));
  manager.on("POST /vms/{id}/start", () => {
    assert.equal(looks, 2);
    return { one: ["action", { status: "complete" }] };
  });
  const { code, stderr } = await run(["vm", "create", "db", "--template", "debian", "--start", "--wait"]);
  assert.equal(code, 0, stderr);
});

test("vm create --start tells of a VM that was made and cannot be started", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("POST /vms", { status: 201, one: ["vm", { ...db, status: "down" }] });
  manager.on(`GET /vms/${dbId}`, { one: ["vm", { ...db, status: "down" }] });
  const detail = "[Cannot run VM. There is no host.]";
  const fault = { reason: "Operation Failed", detail };
  manager.on("POST /vms/{id}/start", { status: 409, one: ["action", { status: "failed", fault }] });
  const { code, stderr } = await run(["vm", "create", "db", "--template", "debian", "--start"]);
  assert.equal(code, 1);
  assert.ok(stderr.includes(`Cannot start VM db, which was made as ${dbId}.`), stderr);
  assert.ok(stderr.includes(detail), stderr);
});

test("vm create among several clusters wants to be told which", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.on("GET /clusters", {
    list: [
      "cluster",
      [
        { id: "c", name: "a" },
        { id: "d", name: "b" },
      ],
    ],
  });
  const { code, stderr } = await run(["vm", "create", "new", "--template", "debian"]);
  assert.equal(code, 2);
  assert.match(stderr, /there is more than one cluster\nDo: {2}Say which: --cluster NAME/);
});

test("vm remove asks a person, wants --yes from a script, and waits until the VM is gone", async () => {
  await using place = await lab();
  const { manager, run } = place;
  const removals = () => manager.log().filter((line) => line.startsWith("DELETE"));
  manager.on("DELETE /vms/{id}", () => {
    manager.on(`GET /vms/${dbId}`, { status: 404 });
    return { one: ["action", { status: "complete" }] };
  });
  assert.equal((await run(["vm", "remove", "db"])).code, 2);
  const no = await run(["vm", "remove", "db"], { answers: ["y"] });
  assert.equal(no.code, 2);
  assert.match(no.stderr, new RegExp(`Remove VM db \\(${dbId}\\) and its disks\\? \\(yes/no\\)`));
  assert.deepEqual(removals(), []);
  const yes = await run(["vm", "remove", "db", "--keep-disks", "--wait"], { answers: ["yes"] });
  assert.equal(yes.code, 0, yes.stderr);
  assert.deepEqual(removals(), [`DELETE /vms/${dbId}`]);
  assert.equal(manager.requests.find(({ method }) => method === "DELETE")?.query.get("detach_only"), "true");
});

test("a session that has expired is said with code 3", async () => {
  await using place = await lab();
  const { manager, run } = place;
  manager.expireToken();
  const { code, stderr } = await run(["vm", "list"]);
  assert.equal(code, 3);
  assert.match(stderr, /Do: {2}Log in again: yagura login URL/);
});
