import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

test("npm run dev brings up a Manager, simulated hosts and a guest, and SIGINT removes all of it", async () => {
  const program = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [program, "--hosts", "2", "--https-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes("Ctrl-C ends everything")) child.kill("SIGINT");
  }
  const [code] = await exited;
  const output = lines.join("\n");
  assert.equal(code, 0, output);
  assert.match(output, /Hosts {6}2, on ports \d+, \d+/);
  const logFile = /Log +(\S+)/.exec(output)?.[1];
  assert.ok(logFile !== undefined, output);
  await assert.rejects(access(dirname(logFile)), { code: "ENOENT" });
});
