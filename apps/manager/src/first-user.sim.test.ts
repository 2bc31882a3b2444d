import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@yagura/std/clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { BadConfig } from "./config.ts";
import { openDatabase } from "./db/open-database.ts";
import { findUserByLogin } from "./db/queries/users.ts";
import { seedDatabase } from "./db/seed.ts";
import { ensureFirstUser } from "./first-user.ts";

const admin = { name: "admin", domain: "internal" };

async function openEmpty() {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  await seedDatabase(db);
  return db;
}

test("a first password that is empty or too short is refused by the file's name, and no user is made", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "password");
  const db = await openEmpty();
  for (const text of ["", "\n", "abc\n"]) {
    await writeFile(file, text);
    await assert.rejects(ensureFirstUser(db, systemClock, file), (error) => {
      assert.ok(error instanceof BadConfig);
      assert.ok(error.message.includes(file));
      return true;
    });
    assert.equal(await findUserByLogin(db, admin), undefined);
  }
  await db.destroy();
});

test("without a file a password is made up, which only the owner of the file may read, and stays at the next start", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "password");
  const db = await openEmpty();
  await ensureFirstUser(db, systemClock, file);
  const password = await readFile(file, "utf8");
  assert.equal(password.trim().length, 20);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await ensureFirstUser(db, systemClock, file);
  assert.equal(await readFile(file, "utf8"), password);
  assert.notEqual(await findUserByLogin(db, admin), undefined);
  await db.destroy();
});
