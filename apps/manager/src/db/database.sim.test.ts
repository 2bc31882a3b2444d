import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { describeError } from "@yagura/std/describe-error.ts";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { type Kysely, sql } from "kysely";
import { BesideTransaction } from "./beside-transaction.ts";
import type { Db } from "./database.ts";
import { isDatabaseAway } from "./is-database-away.ts";
import { NewerSchema } from "./migrate.ts";
import { CannotOpenDatabase, type DatabaseOptions, openDatabase } from "./open-database.ts";
import { insertEvent, listEvents } from "./queries/events.ts";
import { listMacPools } from "./queries/mac-pools.ts";
import { listTemplates } from "./queries/templates.ts";
import { seedDatabase } from "./seed.ts";
import { transaction } from "./transaction.ts";

const whyNot = await whyNoPostgres();

const event = {
  code: 1,
  severity: "normal",
  description: "x",
  timeMs: 1_800_000_000_000,
  origin: "test",
} as Parameters<typeof insertEvent>[1];

for (const kind of ["sqlite", "postgres"] as const) {
  describe(`the database on ${kind}`, { skip: kind === "postgres" && whyNot }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      postgres = kind === "postgres" ? await startPostgres() : undefined;
    });
    after(() => postgres?.[Symbol.asyncDispose]());

    async function withDatabase(work: (db: Db, options: DatabaseOptions) => Promise<void>): Promise<void> {
      await using directory = await temporaryDirectory();
      const options: DatabaseOptions =
        postgres === undefined
          ? { kind: "sqlite", path: join(directory.path, "x.db") }
          : { kind: "postgres", url: await postgres.createDatabase() };
      const db = await openDatabase(options);
      try {
        await work(db, options);
      } finally {
        await db.destroy();
      }
    }

    test("has the tables and columns that the types say", () =>
      withDatabase(async (db) => {
        const declared = await declaredTables();
        for (const [table, columns] of declared) {
          const found = await columnsOf(db, kind, table);
          assert.deepEqual(found.toSorted(), columns.toSorted(), table);
        }
        assert.ok(declared.size > 25);
      }));

    test("can be opened again, and seeded again, without a change", () =>
      withDatabase(async (db, options) => {
        await seedDatabase(db);
        const again = await openDatabase(options);
        await seedDatabase(again);
        assert.deepEqual([(await listTemplates(again)).length, (await listMacPools(again)).length], [1, 1]);
        await again.destroy();
      }));

    test("refuses to be opened when a newer version wrote it, and stays as it is", () =>
      withDatabase(async (db, options) => {
        await sql`insert into schema_migrations (name, applied_at_ms) values ('9999-future.sql', 0)`.execute(db);
        await assert.rejects(openDatabase(options), (error) => {
          assert.ok(error instanceof CannotOpenDatabase && error.cause instanceof NewerSchema);
          assert.match(error.cause.message, /newer version of the Manager .*9999-future\.sql/);
          return true;
        });
      }));

    test("takes all of a transaction or nothing", () =>
      withDatabase(async (db) => {
        const failing = transaction(db, async (tx) => {
          await insertEvent(tx, event);
          throw new Error("no");
        });
        await assert.rejects(failing, /^Error: no$/);
        assert.deepEqual(await listEvents(db, {}, 10), []);
      }));

    test("does a transaction again that met another one, and loses neither", () =>
      withDatabase(async (db) => {
        await transaction(db, (tx) => insertEvent(tx, { ...event, customId: 0 }));
        const count = () =>
          transaction(db, async (tx) => {
            const [last] = await listEvents(tx, {}, 1);
            await insertEvent(tx, { ...event, customId: (last?.customId ?? 0) + 1 });
          });
        await Promise.all(Array.from({ length: 8 }, count));
        const [last] = await listEvents(db, {}, 1);
        assert.equal(last?.customId, 8);
      }));

    test("refuses a query beside the transaction in which it stands, instead of waiting for itself for ever", () =>
      withDatabase(async (db) => {
        const beside = [
          () => listEvents(db, {}, 1),
          () => sql`select 1`.execute(db),
          () => transaction(db, (tx) => insertEvent(tx, event)),
        ];
        for (const query of beside) {
          await assert.rejects(
            transaction(db, () => query() as Promise<unknown>),
            BesideTransaction,
          );
        }
        // Afterwards all is well.
        await transaction(db, (tx) => insertEvent(tx, event));
        assert.equal((await listEvents(db, {}, 10)).length, 1);
      }));

    test("gives back large numbers as numbers", () =>
      withDatabase(async (db) => {
        const id = await transaction(db, (tx) => insertEvent(tx, event));
        const [read] = await listEvents(db, {}, 1);
        assert.deepEqual([typeof id, read?.timeMs], ["number", 1_800_000_000_000]);
      }));
  });
}

/** Tables and columns as `schema.ts` has them, in snake case. */
async function declaredTables(): Promise<Map<string, string[]>> {
  const text = await readFile(join(import.meta.dirname, "schema.ts"), "utf8");
  const rows = new Map<string, string[]>();
  for (const [, name = "", body = ""] of text.matchAll(/export interface (\w+Row) \{([^}]*)\}/g)) {
    rows.set(
      name,
      [...body.matchAll(/^\s*(\w+):/gm)].map((column) => snake(column[1] ?? "")),
    );
  }
  const [, tables = ""] = /export interface Tables \{([^}]*)\}/.exec(text) ?? [];
  return new Map(
    [...tables.matchAll(/(\w+): (\w+Row);/g)].map(([, table = "", row = ""]) => [snake(table), rows.get(row) ?? []]),
  );
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

async function columnsOf(db: Kysely<never> | Db, kind: "sqlite" | "postgres", table: string): Promise<string[]> {
  const query =
    kind === "sqlite"
      ? sql<{ name: string }>`select name from pragma_table_info(${table})`
      : sql<{ name: string }>`select column_name as name from information_schema.columns where table_name = ${table}`;
  return (await query.execute(db as Db)).rows.map((row) => row.name);
}

test("a full disk is told as such, takes nothing of the transaction, and passes", async () => {
  await using directory = await temporaryDirectory();
  const db = await openDatabase({ kind: "sqlite", path: join(directory.path, "x.db") });
  const { rows } = await sql<Record<string, number>>`pragma page_count`.execute(db);
  const [pages = 0] = Object.values(rows[0] ?? {});
  await sql.raw(`pragma max_page_count = ${pages + 2}`).execute(db);
  const full = transaction(db, async (tx) => {
    for (let count = 0; count < 100; count++) await insertEvent(tx, { ...event, description: "x".repeat(1000) });
  });
  await assert.rejects(full, (error) => isDatabaseAway(error) && /full/.test(String(error)));
  assert.deepEqual(await listEvents(db, {}, 10), []);
  await sql`pragma max_page_count = 1000000`.execute(db);
  await transaction(db, (tx) => insertEvent(tx, event));
  assert.equal((await listEvents(db, {}, 10)).length, 1);
  await db.destroy();
});

test("a file that is no database is told as such, and stays as it is", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "x.db");
  await writeFile(path, "something else".repeat(1000));
  await assert.rejects(openDatabase({ kind: "sqlite", path }), (error) => {
    assert.match(describeError(error), /^cannot open the database .*x\.db: file is not a database$/);
    return error instanceof CannotOpenDatabase;
  });
  assert.equal(await readFile(path, "utf8"), "something else".repeat(1000));
});
