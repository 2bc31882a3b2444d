import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type FakeManager, startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { type CliRun, logIn, runCommand } from "../../../test/run-cli.ts";

interface Bench {
  readonly manager: FakeManager;
  readonly directory: string;
  run(...args: string[]): Promise<CliRun>;
}

async function onBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /vms", ({ query }) => ({
    list: [
      "vm",
      [{ id: "v1", name: "web1", status: "up" as const }].filter((vm) =>
        (query.get("search") ?? vm.name).includes(vm.name),
      ),
    ],
  }));
  manager.on("GET /jobs", { list: ["job", []] });
  const run = (...args: string[]) => runCommand(args, { directory: directory.path, stdin: '{"name":"from stdin"}' });
  await work({ manager, directory: directory.path, run });
}

test("get lists any collection as a table, as JSON and as YAML, with the parameters of the API", () =>
  onBench(async ({ manager, run }) => {
    const table = await run("get", "vms", "--search", "name=web1", "--max", "5", "--follow", "nics", "--all-content");
    assert.equal(table.stdout, "NAME  STATUS  ID\nweb1  up      v1\n", table.stderr);
    assert.equal(String(manager.requests.at(-1)?.query), "search=name%3Dweb1&max=5&follow=nics&all_content=true");
    assert.equal((await run("get", "vms", "-o", "yaml")).stdout, "- id: v1\n  name: web1\n  status: up\n");
    assert.equal(JSON.parse((await run("get", "vms", "-o", "json")).stdout)[0].name, "web1");
    assert.equal(
      (await run("get", "vms", "--columns", "id,cpu.topology.cores")).stdout,
      "ID  CPU.TOPOLOGY.CORES\nv1  -\n",
    );
  }));

test("a name on the way is looked up once, an id not at all, and a sub-collection is read below it", () =>
  onBench(async ({ manager, run }) => {
    const id = "7d0e1e2a-0000-4000-8000-000000000001";
    const nic = { id: "n1", name: "nic1", mac: { address: "00:1a:4a:00:00:01" } };
    manager.on("GET /vms/{id}/nics", { list: ["nic", [nic]] });
    manager.on("GET /vms/{id}/nics/n1", { one: ["nic", nic] });
    assert.match((await run("get", "vms/web1/nics")).stdout, /^NAME +MAC.ADDRESS +ID\nnic1 /);
    assert.deepEqual(manager.log(), ["GET /vms", "GET /vms/v1/nics"]);
    assert.equal(manager.requests.at(-2)?.query.get("search"), 'name="web1"');
    const one = await run("get", `vms/${id}/nics`, "nic1");
    assert.equal(one.stdout, "id           n1\nname         nic1\nmac.address  00:1a:4a:00:00:01\n", one.stderr);
    const mac = await run("get", `vms/${id}/nics`, "nic1", "--columns", "mac.address");
    assert.equal(mac.stdout, "mac.address  00:1a:4a:00:00:01\n", mac.stderr);
    assert.deepEqual(manager.log().slice(2, 4), [`GET /vms/${id}/nics`, `GET /vms/${id}/nics/n1`]);
  }));

test("a name of several things, or of none, is refused with what to do", () =>
  onBench(async ({ manager, run }) => {
    const none = await run("get", "vms", "db");
    assert.equal(none.code, 1);
    assert.equal(
      none.stderr,
      "Cannot get vms db.\nWhy: there is no db in vms, or you may not see it\nDo:  See what there is: yagura get vms\n",
    );
    manager.on("GET /vms", {
      list: [
        "vm",
        [
          { id: "a", name: "web1" },
          { id: "b", name: "web1" },
        ],
      ],
    });
    const two = await run("get", "vms", "web1");
    assert.equal(two.code, 2);
    assert.match(two.stderr, /2 of vms are called web1\nDo: {2}Give the id of one of them: a, b/);
  }));

test("attachments are found by the name of their disk, snapshots by their description", () =>
  onBench(async ({ manager, run }) => {
    manager.on("GET /vms/v1/diskattachments", {
      list: ["disk_attachment", [{ id: "d1", disk: { id: "d1", alias: "root" } }]],
    });
    manager.on("GET /vms/v1/snapshots", {
      list: ["snapshot", [{ id: "s1", description: "before", snapshot_type: "regular" }]],
    });
    manager.on("DELETE /vms/v1/{sub}/{id}", { one: ["action", {}] });
    assert.equal((await run("remove", "vms/web1/diskattachments/root", "--yes")).code, 0);
    assert.equal((await run("remove", "vms/web1/snapshots", "before", "--yes")).code, 0);
    const deleted = manager.log().filter((line) => line.startsWith("DELETE"));
    assert.deepEqual(deleted, ["DELETE /vms/v1/diskattachments/d1", "DELETE /vms/v1/snapshots/s1"]);
  }));

test("add sends what --file and --set say together, and prints the id", () =>
  onBench(async ({ manager, directory, run }) => {
    manager.on("POST /vms", (request) => ({ status: 201, one: ["vm", { ...request.document("vm"), id: "new" }] }));
    const file = join(directory, "vm.json");
    await writeFile(file, JSON.stringify({ name: "x", description: "d", cpu: { topology: { cores: "1" } } }));
    const set = [
      "name=web2",
      "cluster=Default",
      "template.id=00000000-0000-0000-0000-000000000000",
      "memory=2GiB",
      "cpu.topology.sockets=2",
    ];
    const lists = [
      "nics[0].name=nic1",
      "nics[1].name=nic2",
      "bios.boot_menu.enabled=TRUE",
      "custom_properties.name=a=b",
    ];
    const args = [...set, ...lists].flatMap((each) => ["--set", each]);
    const { stdout, stderr } = await run("add", "vms", "--file", file, ...args, "--query", "clone=true");
    assert.equal(stdout, "new\n", stderr);
    const sent = manager.requests.at(-1);
    assert.equal(sent?.query.get("clone"), "true");
    assert.deepEqual(sent?.document("vm"), {
      name: "web2",
      description: "d",
      bios: { boot_menu: { enabled: true } },
      cluster: { name: "Default" },
      cpu: { topology: { cores: 1, sockets: 2 } },
      custom_properties: [{ name: "a=b" }],
      memory: 2_147_483_648,
      nics: [{ name: "nic1" }, { name: "nic2" }],
      template: { id: "00000000-0000-0000-0000-000000000000" },
    });
    await writeFile(join(directory, "vm.xml"), "<vm><name>of xml</name></vm>");
    await run("add", "vms", "--file", join(directory, "vm.xml"));
    assert.equal(manager.requests.at(-1)?.document("vm").name, "of xml");
    await run("add", "vms", "--file", "-");
    assert.equal(manager.requests.at(-1)?.document("vm").name, "from stdin");
    await run("add", "vms", "--set", `description=@${file}`);
    assert.match(manager.requests.at(-1)?.document("vm").description ?? "", /^\{"name":"x"/);
  }));

test("update changes what is named; do sends any action; with --follow both stay until the jobs have ended", () =>
  onBench(async ({ manager, run }) => {
    manager.on("PUT /vms/v1", { one: ["vm", { id: "v1", name: "web1", comment: "new" }] });
    manager.on("POST /vms/v1/ticket", {
      one: ["action", { status: "complete", ticket: { value: "s3cret", expiry: 120 } }],
    });
    let looks = 0;
    manager.on("GET /jobs", () => {
      looks += 1;
      const step = { status: "started" as const, progress: 40 };
      return {
        list: ["job", [{ description: "Updating", status: looks < 3 ? "started" : "finished", steps: [step] }]],
      };
    });
    const updated = await run("update", "vms", "web1", "--set", "comment=new", "--follow");
    assert.equal(updated.code, 0, updated.stderr);
    assert.equal(
      updated.stderr,
      "Updating: started, 40 % (0.0 s)\nUpdating: finished, 40 % (2.0 s)\nvms/web1 is updated.\n",
    );
    assert.equal(manager.requests.find(({ method }) => method === "PUT")?.query.get("correlation_id"), "c-1");
    const ticket = await run("do", "vms/web1/ticket", "--set", "ticket.expiry=120");
    assert.equal(ticket.stdout, "ticket.expiry  120\nticket.value   s3cret\n", ticket.stderr);
    assert.equal(ticket.stderr, "vms/web1: ticket is begun.\n");
    manager.on("GET /jobs", { list: ["job", [{ description: "Making a ticket", status: "failed" }]] });
    const failed = await run("do", "vms", "web1", "ticket", "--wait");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /Cannot do vms web1 ticket\.\nWhy: Making a ticket: failed/);
  }));

const wrong: Readonly<Record<string, readonly [readonly string[], RegExp, RegExp]>> = {
  "a collection that there is not": [["get", "vmss"], /no "vmss" in the API/, /Did you mean vms\?/],
  "a sub-collection that there is not": [["get", "vms/v/diskatachments"], /below vms\/v/, /mean diskattachments\?/],
  "a member that there is not": [["add", "vms", "--set", "memmory=1"], /vm has no member "memmory"/, /mean memory\?/],
  "a word that there is not": [["add", "vms", "--set", "type=dektop"], /expected one of desktop/, /describe --type vm/],
  "a number that is none": [["add", "vms", "--set", "cpu.topology.cores=two"], /vm.cpu.topology.cores/, /describe/],
  "a list with a gap": [["add", "vms", "--set", "nics[1].name=a"], /there is no \[0\] yet/, /without gaps/],
  "a value for what has members": [["add", "vms", "--set", "cpu=2"], /cpu has members of its own/, /cpu\.\w+=/],
  "an action that there is not": [["do", "vms", "v", "strat"], /no action "strat"/, /Did you mean start\? It can:/],
  "an action of a collection": [["do", "vms", "start"], /vms is a collection/, /yagura do vms NAME start/],
  "a verb that is not offered": [
    ["update", "events", "7", "--set", "name=a"],
    /offers no update/,
    /It offers: get, remove/,
  ],
  "one thing where a collection is meant": [
    ["remove", "vms", "--yes"],
    /vms is a collection/,
    /yagura remove vms NAME/,
  ],
  "nothing to set": [["update", "vms", "v"], /nothing is to be set/, /--set description=TEXT/],
  "a file that is not there": [
    ["add", "vms", "--file", "/nowhere/vm.json"],
    /cannot be read \(ENOENT\)/,
    /Check its path/,
  ],
  "a column that there is not": [["get", "vms", "--columns", "stattus"], /no member "stattus"/, /mean status\?/],
};

for (const [what, [args, why, todo]] of Object.entries(wrong)) {
  test(`${what} is refused in three lines with what was probably meant, and nothing is changed`, () =>
    onBench(async ({ manager, run }) => {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, stderr);
      const [attempted = "", reason = "", advice = "", end] = stderr.split("\n");
      assert.match(attempted, /^Cannot (get|add to|update|remove|do) .*\.$/);
      assert.match(reason, why);
      assert.match(advice, todo);
      assert.equal(end, "");
      assert.ok(
        manager.log().every((line) => line.startsWith("GET")),
        manager.log().join(),
      );
    }));
}

test("describe says what there is, without a Manager", () =>
  onBench(async ({ manager, run }) => {
    assert.match((await run("describe")).stdout, /below it: .*\bstoragedomains\b.*\bvms\b/);
    const vm = await run("describe", "vms/any");
    assert.match(
      vm.stdout,
      /^vms\/any \(vm\)\nverbs: +get, update, remove, do\nactions: .*\bstart\b.*\nbelow it: .*\bnics\b/,
    );
    assert.match(vm.stdout, /\n {2}memory {2}int64\n/);
    assert.match((await run("describe", "--type", "cpu_topology")).stdout, /cores {2}int32/);
    assert.match((await run("describe", "vms", "-o", "yaml")).stdout, /^place: vms\n/);
    assert.equal((await run("describe", "--type", "nothing")).code, 2);
    assert.equal(manager.requests.length, 0);
  }));

test("api sends any request and prints the answer as it came, also when it says no", () =>
  onBench(async ({ manager, run }) => {
    manager.on("PUT /vms/v1", ({ body, headers }) => ({
      text: `${headers["content-type"]} ${headers["filter"]} ${body}`,
    }));
    const put = await run("api", "put", "/vms/v1", "--file", "-", "--header", "Filter: true", "--include");
    assert.match(put.stdout, /^HTTP 200\n[\s\S]*\n\napplication\/json true \{"name":"from stdin"\}\n$/);
    manager.on("POST /vms/v1/start", {
      status: 409,
      one: ["fault", { reason: "Operation Failed", detail: "[VM is running.]" }],
    });
    const refused = await run("api", "POST", "/vms/v1/start", "--as", "xml");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /^<\?xml|^<fault>/);
    assert.match(refused.stderr, /^Cannot POST \/vms\/v1\/start\.\nWhy: the Manager says: \[VM is running\.\]\nDo:/);
    assert.equal((await run("api", "GET", "/vms", "--header", "nonsense")).code, 2);
    assert.equal((await run("api", "FETCH", "/vms")).code, 2);
  }));
