import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { locked } from "./lock.mjs";

test("a lock of processes that have ended is taken over, and let go at the end", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "cache", "install.lock");
  assert.equal(await locked(path, async () => "first"), "first");
  await writeFile(path, "4194305\n"); // More than Linux gives out.
  const inside = await locked(path, async (addProcess) => {
    addProcess(4711);
    return readFile(path, "utf8");
  });
  assert.equal(inside, `${process.pid}\n4711\n`);
  await assert.rejects(readFile(path), /ENOENT/);
});

test("the lock is let go when the work fails", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "install.lock");
  await assert.rejects(
    locked(path, async () => {
      throw new Error("no space");
    }),
    /no space/,
  );
  await assert.rejects(readFile(path), /ENOENT/);
});
