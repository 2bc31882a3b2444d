import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import type { MountRequest } from "../../root/root-calls.ts";
import { openWantedMounts } from "./wanted-mounts.ts";

const request = (name: string): MountRequest => ({ source: name, target: `/mnt/${name}`, type: "nfs", options: [] });

test("of what is written at once, the last stays, whichever could have been written first", async () => {
  await using directory = await temporaryDirectory();
  const said: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void said.push(message) };
  // The first to be asked takes the longest to answer.
  const answers: (() => void)[] = [];
  const bootId = (): Promise<string> => new Promise((resolve) => answers.push(() => resolve("boot")));
  const path = `${directory.path}/mounts.json`;
  const writer = openWantedMounts({ path, log, readBootId: bootId });
  const mounts = ["a", "b", "c"].map(request);
  const writes = mounts.map((_, at) => writer.write(mounts.slice(0, at + 1)));
  const all = Promise.all(writes).then(() => true);
  while (!(await Promise.race([all, new Promise<false>((resolve) => setImmediate(() => resolve(false)))]))) {
    answers.pop()?.();
  }
  assert.deepEqual(said, []);
  assert.deepEqual(await readdir(directory.path), ["mounts.json"]);
  const reader = openWantedMounts({ path, log, readBootId: async () => "boot" });
  assert.deepEqual(await reader.read(), mounts);
});
