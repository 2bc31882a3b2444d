import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { writeFileAtomically } from "./write-file-atomically.ts";

test("writeFileAtomically replaces a file whole, with its mode, and leaves nothing beside it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "key");
  await writeFileAtomically(path, "old", 0o644);
  await writeFileAtomically(path, "new", 0o600);
  assert.equal(await readFile(path, "utf8"), "new");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory.path), ["key"]);
});

test("writeFileAtomically leaves the old content when the directory cannot be written", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(writeFileAtomically(join(directory.path, "none", "key"), "x", 0o600), { code: "ENOENT" });
  assert.deepEqual(await readdir(directory.path), []);
});
