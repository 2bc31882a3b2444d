import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { Client } from "pg";
import { AnotherManagerRuns, ClaimLost, claimPostgres, lockDirectory } from "./only-manager.ts";

const whyNot = await whyNoPostgres();

test("a data directory has one Manager; when it has ended, another one may come", async () => {
  await using directory = await temporaryDirectory();
  const lock = lockDirectory(directory.path);
  assert.throws(() => lockDirectory(directory.path), AnotherManagerRuns);
  lock.release();
  lockDirectory(directory.path).release();
});

test("a PostgreSQL database has one Manager; when it has ended, another one may come", { skip: whyNot }, async () => {
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase();
  const claim = await claimPostgres(url, systemClock);
  await assert.rejects(claimPostgres(url, systemClock), AnotherManagerRuns);
  const elsewhere = await claimPostgres(await postgres.createDatabase(), systemClock);
  await elsewhere.release();
  await claim.release();
  await (await claimPostgres(url, systemClock)).release();
});

test("a Manager whose claim on the database ended is told, and another one may come", { skip: whyNot }, async () => {
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase();
  const claim = await claimPostgres(url, systemClock);
  const administrator = new Client({ connectionString: url });
  await administrator.connect();
  await administrator.query(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()",
  );
  await administrator.end();
  assert.ok((await claim.lost) instanceof ClaimLost);
  await (await claimPostgres(url, systemClock)).release();
  await claim.release();
});

test("a PostgreSQL server that is not there is told in one line, without the password", async () => {
  const claimed = claimPostgres("postgres://yagura:secret@127.0.0.1:1/yagura", systemClock);
  await assert.rejects(claimed, (error) => {
    const text = describeError(error);
    assert.match(text, /^cannot reach the PostgreSQL server: connect ECONNREFUSED/);
    assert.doesNotMatch(text, /secret/);
    return true;
  });
});
