import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { runCommand } from "../../test/run-cli.ts";

async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await runCommand(["__complete", "--", ...words], { directory: "/nowhere" });
  assert.equal(stderr, "");
  return stdout.split("\n").slice(0, -1);
}

test("commands, their verbs and options are completed as they are declared", async () => {
  assert.deepEqual(await complete("tem"), ["template"]);
  assert.deepEqual(await complete("vm", "st"), ["start", "stop"]);
  assert.deepEqual(await complete("vm", "list", "--se"), ["--search"]);
  assert.deepEqual(await complete("vm", "list", "-o", ""), ["table", "json", "yaml"]);
  assert.deepEqual(await complete("nonsense", "x"), []);
});

test("places, actions and members are completed from the tables of the API", async () => {
  assert.deepEqual(await complete("get", "storage"), ["storagedomains", "storageconnections"]);
  assert.deepEqual(await complete("get", "vms/web1/ni"), ["vms/web1/nics"]);
  assert.deepEqual(await complete("do", "vms", "web1", "sto"), ["stop"]);
  assert.deepEqual(await complete("do", "vms/web1/sta"), ["vms/web1/statistics", "vms/web1/start"]);
  assert.deepEqual(await complete("add", "vms", "--set", "mem"), ["memory=", "memory_policy."]);
  assert.deepEqual(await complete("get", "vmss/web1/n"), []);
});

for (const shell of ["bash", "zsh"] as const) {
  test(`the script for ${shell} is one that ${shell} can read`, async (t) => {
    const { stdout } = await runCommand(["completion", shell], { directory: "/nowhere" });
    const read = spawnSync(shell, ["-n"], { input: stdout, encoding: "utf8" });
    if (read.error !== undefined) return t.skip(`${shell} is not here`);
    assert.equal(read.status, 0, read.stderr);
  });
}

test("a shell without a script is refused with those that have one", async () => {
  const { code, stderr } = await runCommand(["completion", "fish"], { directory: "/nowhere" });
  assert.equal(code, 2);
  assert.match(stderr, /bash, zsh/);
});
