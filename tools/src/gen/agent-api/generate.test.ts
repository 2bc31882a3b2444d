import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generateAgentApi } from "./generate.ts";
import { readAgentSpec } from "./read-spec.ts";

const root = join(import.meta.dirname, "../../../..");

test("the generated files are those that the definition gives", async () => {
  for (const { path, text } of await generateAgentApi(root)) {
    assert.ok((await readFile(join(root, path), "utf8")) === text, `${path} is stale: npm run gen -- agent-api`);
  }
});

test("the definition has the 205 verbs of VDSM 4.50 in their 13 namespaces, four events, and the codes most consulted", async () => {
  const { namespaces, events, errors, hostMayCall } = await readAgentSpec(root);
  const names = namespaces.flatMap(({ namespace, verbs }) => Object.keys(verbs).map((verb) => `${namespace}.${verb}`));
  assert.deepEqual([namespaces.length, names.length, Object.keys(events).length], [13, 205, 4]);
  assert.equal(new Set(names).size, 205);
  assert.ok(
    hostMayCall.every((name) => names.includes(name)),
    "only verbs that exist may be called by hosts",
  );
  const byName = new Map(errors.map(({ name, code }) => [name, code]));
  const consulted = {
    NoSuchVM: 1,
    VMExists: 4,
    RecoveryInProgress: 99,
    UnknownTask: 401,
    NotSPM: 654,
    GenerationMismatch: 911,
  };
  for (const [name, code] of Object.entries(consulted)) assert.equal(byName.get(name), code, name);
});
