import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BadSearch } from "./bad-search.ts";
import { matchText } from "./match-text.ts";
import { parseSearch } from "./parse-search.ts";
import { type SearchFields, selectItems } from "./select.ts";

interface Item {
  readonly name: string;
  readonly cluster: string;
  readonly memory: number;
  readonly vms: readonly string[];
  readonly time?: Date;
}

const fields: SearchFields<Item> = {
  name: (item) => item.name,
  cluster: (item) => item.cluster,
  memory: (item) => item.memory,
  "vms.name": (item) => item.vms,
  time: (item) => item.time,
};

const items: readonly Item[] = [
  { name: "web1", cluster: "Default", memory: 1024, vms: ["a", "b"], time: new Date("2026-11-01T00:00:00Z") },
  { name: "web2", cluster: "Other", memory: 512, vms: [] },
  { name: "DB", cluster: "Default", memory: 4096, vms: ["c"], time: new Date("2026-11-20T00:00:00Z") },
];

const found: Record<string, readonly string[]> = {
  "": ["web1", "web2", "DB"],
  "name=web1": ["web1"],
  'name="web1"': ["web1"],
  "name = WEB1": ["web1"],
  "name=web*": ["web1", "web2"],
  "name=*": ["web1", "web2", "DB"],
  "name!=web1": ["web2", "DB"],
  "name=web1 or name=db": ["web1", "DB"],
  "name=web* and cluster=Default": ["web1"],
  "name=web* cluster=Default": ["web1"],
  "cluster=Other OR cluster=Default AND name=db": ["web2", "DB"],
  "memory > 600": ["web1", "DB"],
  "memory<=1024": ["web1", "web2"],
  "vms.name=b": ["web1"],
  "VMs.name = c": ["DB"],
  "vms.name!=b": ["web2", "DB"],
  'time > "2026-11-10"': ["DB"],
  "Vms: name=db": ["DB"],
  "sortby name": ["DB", "web1", "web2"],
  "SORTBY NAME DESC": ["web2", "web1", "DB"],
  "sortby memory asc page 1": ["web2", "web1", "DB"],
  "name=web* sortby memory desc": ["web1", "web2"],
  "page 2": [],
  'name="or"': [],
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

const refused: Record<string, RegExp> = {
  "colour=red": /no field 'colour'.*name, cluster/,
  "__proto__=x": /no field '__proto__'/,
  "sortby nothing": /no field 'nothing'/,
  name: /operator after 'name'/,
  "name=": /value after 'name ='/,
  "=x": /expected a field/,
  'name="x': /cannot read/,
  "name=x and": /expected a field/,
  "page 0": /number from 1/,
  "name=x page 1 name=y": /did not expect 'name'/,
  'time > "yesterday"': /not a time/,
};
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
