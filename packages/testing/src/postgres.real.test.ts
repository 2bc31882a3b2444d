import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { startPostgres, whyNoPostgres } from "./postgres.ts";

test("startPostgres gives databases of their own that a client reaches", { skip: await whyNoPostgres() }, async () => {
  await using postgres = await startPostgres();
  const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()];
  await runProgram("/usr/bin/psql", [one, "--command", "create table only_here (x int)"]);
  const { stdout } = await runProgram("/usr/bin/psql", [
    two,
    "--tuples-only",
    "--command",
    "select count(*) from pg_tables where tablename = 'only_here'",
  ]);
  assert.equal(stdout.trim(), "0");
});
