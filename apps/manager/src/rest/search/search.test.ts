import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BadSearch } from "./bad-search.ts";
import { matchText } from "./match-text.ts";
import { parseSearch } from "./parse-search.ts";
import { found, type Item, items, refused } from "./search-cases.fixture.ts";
import { type SearchFields, selectItems } from "./select.ts";

const fields: SearchFields<Item> = {
  name: (item) => item.name,
  cluster: (item) => item.cluster,
  memory: (item) => item.memory,
  "vms.name": (item) => item.vms,
  time: (item) => item.time,
};

for (const [search, names] of Object.entries(found)) {
  test(`the search ${JSON.stringify(search)} finds ${names.join(", ") || "nothing"}`, () => {
    const selected = selectItems(items, fields, { search: parseSearch(search) });
    assert.deepEqual(
      selected.map(({ name }) => name),
      names,
    );
  });
}

for (const [search, message] of Object.entries(refused)) {
  test(`the search ${search} is refused with a reason`, () => {
    assert.throws(
      () => selectItems(items, fields, { search: parseSearch(search) }),
      (error) => error instanceof BadSearch && message.test(error.message),
    );
  });
}

test("max cuts the result, and is the size of a page", () => {
  const select = (search: string, max: number) =>
    selectItems(items, fields, { search: parseSearch(search), max }).map(({ name }) => name);
  assert.deepEqual(select("", 2), ["web1", "web2"]);
  assert.deepEqual(select("", 0), []);
  assert.deepEqual(select("page 2", 2), ["DB"]);
});

test("a search can tell upper from lower case", () => {
  const selected = selectItems(items, fields, { search: parseSearch("name=db"), isCaseSensitive: true });
  assert.deepEqual(selected, []);
});

test("wildcards match like the obvious regular expression, also where it would take for ever", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  fc.assert(
    fc.property(text, pattern, (subject, glob) => {
      assert.equal(matchText(subject, glob), new RegExp(`^${glob.replaceAll("*", ".*")}$`).test(subject));
    }),
  );
  assert.equal(matchText("a".repeat(4000), `${"*a".repeat(200)}b`), false);
});

test("any text is either understood or refused, never anything else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      try {
        selectItems(items, fields, { search: parseSearch(text) });
      } catch (error) {
        assert.ok(error instanceof BadSearch);
      }
    }),
  );
});
