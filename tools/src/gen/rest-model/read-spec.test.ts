import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { allMembers } from "./members.ts";
import { readSpec } from "./read-spec.ts";

const sound: Readonly<Record<string, unknown>> = {
  "names.json": { tags: {}, plurals: {}, singulars: {}, notListedAtTheRoot: [], searchableAtTheRoot: [] },
  "additions.json": { additions: [] },
  "types/all.json": {
    types: {
      creation_status: { values: ["complete"] },
      thing: { identified: true, attributes: { size: "int64" }, references: { part: "part[]" } },
      part: { extends: "thing", attributes: { kind: "string" } },
    },
  },
  "services/all.json": {
    services: { system: { children: { things: "things" } }, things: { type: "thing", operations: { list: {} } } },
  },
};

async function read(changes: Readonly<Record<string, unknown>>) {
  await using directory = await temporaryDirectory();
  for (const [name, json] of Object.entries({ ...sound, ...changes })) {
    const path = join(directory.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(json));
  }
  return await readSpec(directory.path);
}

test("readSpec joins the files, and members come from the whole line of ancestors", async () => {
  const names = allMembers(await read({}), "part").map(({ name }) => name);
  const identity = ["id", "href", "actions", "name", "description", "comment", "creation_status", "link"];
  assert.deepEqual(names, [...identity, "size", "kind", "part"]);
});

const unsound: Readonly<Record<string, readonly [string, unknown, RegExp]>> = {
  "an inexact number": ["types/x.json", { types: { x: { attributes: { a: "integer" } } } }, /x\.a: no type integer/],
  "a type that is not there": ["types/x.json", { types: { x: { references: { a: "y[]" } } } }, /x\.a: no type y/],
  "a type that is there twice": ["types/x.json", { types: { part: { values: [] } } }, /part is defined twice/],
  "a child that is not there": ["services/x.json", { services: { x: { children: { a: "y" } } } }, /x: no service y/],
  "an operation that is none": [
    "services/x.json",
    { services: { x: { type: "part", operations: { erase: {} } } } },
    /x: erase/,
  ],
  "a list of nothing": ["services/x.json", { services: { x: { operations: { list: {} } } } }, /x has list but no type/],
};

for (const [what, [file, json, why]] of Object.entries(unsound)) {
  test(`readSpec refuses ${what}`, async () => {
    await assert.rejects(read({ [file]: json }), why);
  });
}
