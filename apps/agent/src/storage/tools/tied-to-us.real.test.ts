// What storage programs do when the agent dies: real processes.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { runStorageProgram } from "./storage-child.ts";

const skip = !existsSync("/usr/bin/setpriv") && "not installed: setpriv (util-linux)";
const fixture = fileURLToPath(new URL("./dying-parent.fixture.ts", import.meta.url));

test("a program runs, with its arguments, its input and its exit code", { skip }, async () => {
  const { stdout } = await runStorageProgram("printf", ["%s,", "a=b", "--", "-n", "c d"]);
  assert.equal(stdout, "a=b,--,-n,c d,");
  const { stdout: echoed, stderr } = await runStorageProgram("cat", [], { input: "bytes" });
  assert.deepEqual([echoed, stderr], ["bytes", ""]);
  const { stdout: itsOutput } = await runStorageProgram("cat", ["/proc/self/fdinfo/0", "/proc/self/fdinfo/1"]);
  const NON_BLOCKING = 0o4000;
  for (const [, flags = ""] of itsOutput.matchAll(/flags:\s+(\d+)/g)) {
    assert.equal(Number.parseInt(flags, 8) & NON_BLOCKING, 0, "what programs do not expect");
  }
  await assert.rejects(runStorageProgram("false", []), { code: 1 });
  await assert.rejects(runStorageProgram("no-such-program", []), { code: 127 });
});

test("a program whose parent died before the kernel was asked to end it with him never begins", { skip }, async () => {
  await using directory = await temporaryDirectory();
  // As slow as a busy machine may be.
  const slow = `${directory.path}/setpriv`;
  const asked = `${directory.path}/asked`;
  await writeFile(slow, `#!/bin/sh\nsleep 0.5\n: > ${asked}\nexec /usr/bin/setpriv "$@"\n`);
  await chmod(slow, 0o755);
  const path = `${directory.path}/volume`;
  await writeFile(path, "");
  const env = { PATH: `${directory.path}:${process.env["PATH"]}` };
  await assert.rejects(runProgram(process.execPath, [fixture, path], { env }), /SIGKILL/);
  await poll("the kernel is asked", async () => existsSync(asked), { timeoutMs: 10_000 });
  await poll("what was started is gone", async () => (await commandsWith(path)).length === 0, {
    timeoutMs: 10_000,
  });
});

/** The command lines of all processes that name a path. */
async function commandsWith(path: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return commands.filter((command) => command.includes(path));
}
