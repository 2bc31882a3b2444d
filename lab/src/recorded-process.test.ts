import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { isRunning, readRecord, recordProcess, stopRecorded } from "./recorded-process.ts";

test("stopRecorded ends the process it recorded and forgets it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "pid");
  const child = spawn("sleep", ["1000"]);
  const recorded = await recordProcess(path, child.pid ?? 0);
  assert.deepEqual(await readRecord(path), recorded);
  assert.equal(await stopRecorded(path), true);
  assert.equal(await isRunning(recorded), false);
  assert.equal(await stopRecorded(path), false);
});

test("readRecord never takes another process with the same number for the recorded one", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "pid");
  await writeFile(path, JSON.stringify({ pid: process.pid, startTicks: "1" }));
  assert.equal(await readRecord(path), undefined);
  await writeFile(path, "nonsense");
  assert.equal(await readRecord(path), undefined);
});
