import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import * as fc from "fast-check";
import { sql } from "kysely";
import type { Db } from "../../db/database.ts";
import { openDatabase } from "../../db/open-database.ts";
import { BadSearch } from "./bad-search.ts";
import { cross, number, type Searchable, text, time, type Viewer } from "./field.ts";
import { findIds, type Wanted } from "./find-ids.ts";
import { parseSearch } from "./parse-search.ts";
import { found, items, refused } from "./search-cases.fixture.ts";

const whyNot = await whyNoPostgres();

const searchable: Searchable = {
  from: sql`items`,
  id: sql`items.name`,
  order: sql`items.number`,
  visible: () => undefined,
  fields: {
    name: text(sql`items.name`),
    cluster: text(sql`items.cluster`),
    memory: number(sql`items.memory`),
    "vms.name": cross(text(sql`item_vms.name`), {
      key: sql`items.name`,
      from: sql`item_vms`,
      owner: sql`item_vms.item`,
    }),
    time: time(sql`items.time_ms`),
  },
};

const viewer: Viewer = {
  sight: { isWhole: true, itself: new Map(), within: new Map() },
  isAdministrator: true,
};

for (const kind of ["sqlite", "postgres"] as const) {
  describe(`a search in ${kind}`, { skip: kind === "postgres" && whyNot }, () => {
    let postgres: Postgres | undefined;
    let db: Db;
    before(async () => {
      postgres = kind === "postgres" ? await startPostgres() : undefined;
      db = await openDatabase(
        postgres === undefined
          ? { kind: "sqlite", path: ":memory:" }
          : { kind: "postgres", url: await postgres.createDatabase() },
      );
      await fill(db);
    });
    after(async () => {
      await db.destroy();
      await postgres?.[Symbol.asyncDispose]();
    });
    const find = (search: string, options: Partial<Wanted> = {}) =>
      findIds(db, searchable, { search: parseSearch(search), viewer, ...options });

    for (const [search, names] of Object.entries(found)) {
      test(`finds ${names.join(", ") || "nothing"} for ${JSON.stringify(search)}`, async () => {
        assert.deepEqual(await find(search), names);
      });
    }
    for (const [search, message] of Object.entries(refused)) {
      test(`refuses ${search} with a reason`, async () => {
        await assert.rejects(
          async () => find(search),
          (error) => error instanceof BadSearch && message.test(error.message),
        );
      });
    }

    test("is cut by max, which is the size of a page", async () => {
      assert.deepEqual(await find("", { max: 2 }), ["web1", "web2"]);
      assert.deepEqual(await find("", { max: 0 }), []);
      assert.deepEqual(await find("page 2", { max: 2 }), ["DB"]);
      assert.deepEqual(await find("", { max: 999_999_999_999_999 }), ["web1", "web2", "DB"]);
    });

    test("can tell upper from lower case", async () => {
      assert.deepEqual(await find("name=db", { isCaseSensitive: true }), []);
      assert.deepEqual(await find("name=D*", { isCaseSensitive: true }), ["DB"]);
      assert.deepEqual(await find("name=d*", { isCaseSensitive: true }), []);
      assert.deepEqual(await find("name=[D]*", { isCaseSensitive: true }), []);
    });

    test("knows the letters of other languages", async () => {
      await sql`insert into items (number, name, cluster, memory) values (9, 'Größe-櫓', 'x', 1)`.execute(db);
      try {
        assert.deepEqual(await find("name=GRÖSSE*"), []);
        assert.deepEqual(await find("name=GRÖßE-櫓"), ["Größe-櫓"]);
        assert.deepEqual(await find("name=*ÖßE*"), ["Größe-櫓"]);
      } finally {
        await sql`delete from items where number = 9`.execute(db);
      }
    });

    test("any text is either understood or refused, never anything else", async () => {
      const word = fc.oneof(
        fc.constantFrom("name", "memory", "time", "vms.name", "sortby", "page", "and", "or", "=", "!=", "<", ">=", '"'),
        fc.string({ unit: "grapheme", maxLength: 6 }),
        fc.double().map(String),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.boolean(), async (words, isCaseSensitive) => {
          try {
            await find(words.join(" "), { isCaseSensitive });
          } catch (error) {
            assert.ok(error instanceof BadSearch, String(error));
          }
        }),
      );
    });
  });
}

async function fill(db: Db): Promise<void> {
  await sql`create table items (number integer, name text, cluster text, memory bigint, time_ms bigint)`.execute(db);
  await sql`create table item_vms (item text, name text)`.execute(db);
  for (const [index, { name, cluster, memory, vms, time: date }] of items.entries()) {
    const timeMs = date?.getTime() ?? null;
    await sql`insert into items values (${index}, ${name}, ${cluster}, ${memory}, ${timeMs})`.execute(db);
    for (const vm of vms) await sql`insert into item_vms values (${name}, ${vm})`.execute(db);
  }
}
