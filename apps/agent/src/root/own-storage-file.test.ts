import assert from "node:assert/strict";
import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { ownStorageFile } from "./own-storage-file.ts";

test("a volume gets the mode that oVirt wants, whatever the umask was", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/volume`;
  await writeFile(path, "", { mode: 0o600 });
  await ownStorageFile(path, "volume", false);
  assert.equal((await stat(path)).mode & 0o777, 0o660);
});

test("root gives files to 36:36", { skip: process.getuid?.() !== 0 && "only root can" }, async () => {
  await using directory = await temporaryDirectory();
  await ownStorageFile(directory.path, "directory", true);
  const { uid, gid } = await stat(directory.path);
  assert.deepEqual({ uid, gid }, { uid: 36, gid: 36 });
});

test("links, other kinds of files and crooked paths are refused", async () => {
  await using directory = await temporaryDirectory();
  await mkdir(`${directory.path}/real`);
  await symlink("/etc/passwd", `${directory.path}/link`);
  await assert.rejects(ownStorageFile(`${directory.path}/link`, "volume", false), { code: "ELOOP" });
  for (const path of [`${directory.path}/real`, "relative", `${directory.path}/../x`, `${directory.path}/a\0b`]) {
    await assert.rejects(ownStorageFile(path, "volume", false), { name: "RefusedRootCall" });
  }
});
