import assert from "node:assert/strict";
import { lstat, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { ensureShortPath, removeShortPath } from "./short-path.ts";

test("ensureShortPath leads to the directory, as often as asked, until it is removed", async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, "file"), "content");
  const path = await ensureShortPath(directory.path);
  assert.equal(path.length, 16);
  assert.equal(await ensureShortPath(directory.path), path);
  assert.equal(await readFile(join(path, "file"), "utf8"), "content");
  await removeShortPath(directory.path);
  await assert.rejects(lstat(path), { code: "ENOENT" });
  await removeShortPath(directory.path);
});

test("ensureShortPath does not follow what somebody else put there, and removeShortPath leaves it", async () => {
  await using directory = await temporaryDirectory();
  const path = await ensureShortPath(directory.path);
  await rm(path);
  await symlink("/etc", path);
  try {
    await assert.rejects(ensureShortPath(directory.path), { name: "ShortPathTaken" });
    await removeShortPath(directory.path);
    assert.ok((await lstat(path)).isSymbolicLink());
  } finally {
    await rm(path);
  }
});
