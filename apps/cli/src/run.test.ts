import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { runCommand } from "../test/run-cli.ts";

const wrong: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  "a command that does not exist": [["vm", "lst"], /unknown command 'lst'.*list/],
  "an option that does not exist": [["vm", "list", "--al"], /unknown option '--al'/],
  "an argument too few": [["vm", "start"], /missing required argument 'vm'/],
  "an argument too many": [["vm", "start", "a", "b"], /too many arguments/],
  "a format that does not exist": [["-o", "csv", "vm", "list"], /argument 'csv' is invalid/],
  "a number that is none": [["vm", "list", "--max", "0"], /--max "0" is not usable/],
  "a size that is none": [["vm", "create", "a", "--template", "t", "--memory", "much"], /"much" is not a size/],
  "a duration that is none": [["host", "ticket", "--cluster", "c", "--valid", "soon"], /"soon" is not a duration/],
  "a method that is not offered": [["api", "FETCH", "/vms/1"], /It is a verb of HTTP/],
  "a path that leaves the API": [["api", "GET", "/vms/../../x"], /A path begins with/],
  "a path that is another host": [["api", "GET", "vms"], /A path begins with/],
  "an option without which nothing can be made": [["disk", "create", "a"], /required option '--size <size>'/],
};

for (const [what, [args, why]] of Object.entries(wrong)) {
  test(`${what} is refused in three lines, before anything is asked of a Manager`, async () => {
    await using directory = await temporaryDirectory();
    const { code, stdout, stderr } = await runCommand(args, { directory: directory.path });
    assert.equal(code, 2);
    assert.equal(stdout, "");
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, 3, stderr);
    assert.equal(lines[0], "Cannot understand the command.");
    assert.match(lines[1] ?? "", why);
    assert.match(lines[2] ?? "", /^Do: {2}./);
  });
}

test("help goes to standard output with code 0, a group without a verb prints it as an error", async () => {
  await using directory = await temporaryDirectory();
  const help = await runCommand(["vm", "create", "--help"], { directory: directory.path });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--template <template>/);
  assert.match(help.stdout, /--output <format>/);
  const group = await runCommand(["vm"], { directory: directory.path });
  assert.equal(group.code, 2);
  assert.match(group.stderr, /Usage: yagura vm/);
  assert.equal((await runCommand(["--version"], { directory: directory.path })).code, 0);
});

test("without a login every command says how to log in, with code 3", async () => {
  await using directory = await temporaryDirectory();
  const { code, stderr } = await runCommand(["host", "list"], { directory: directory.path });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    "Cannot list hosts.\nWhy: nobody is logged in to a Manager here\n" +
      "Do:  Log in: yagura login URL (or set YAGURA_URL and YAGURA_PASSWORD_FILE)\n",
  );
});
