import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { operationOf } from "../not-implemented.ts";
import { emptyCollectionRoutes } from "../resources/empty-collections.ts";
import { routes } from "../routes.ts";
import { listRows, listWrongNotes, type Notes, type Sources } from "./conformance.ts";
import { renderPage } from "./conformance-page.ts";

const root = join(import.meta.dirname, "../../../../..");
const page = join(root, "docs/rest-conformance.md");
const read = (name: string) => JSON.parse(readFileSync(join(root, "specs/rest-model", name), "utf8"));

const sources: Sources = {
  tier: read("tier1.json").services,
  served: new Set(routes({ instanceId: "", version: "0" }).map(operationOf)),
  alwaysEmpty: new Set(emptyCollectionRoutes.map(operationOf)),
  record: read("conformance.json"),
  notes: read("conformance-notes.json"),
};

test("docs/rest-conformance.md is what the routes, the notes and the record of proofs say", () => {
  const text = renderPage(listRows(sources), sources.notes);
  // UPDATE_GOLDEN=1 writes it anew; the diff is what is reviewed.
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "run this test with UPDATE_GOLDEN=1 and look at the diff");
});

test("what is noted and recorded of operations is of such that are served", () => {
  assert.deepEqual(listWrongNotes(sources), []);
});

test("the table has all 450 operations of Tier 1 at all 670 places", () => {
  assert.equal(Object.values(sources.tier).flat().length, 450);
  assert.equal(listRows(sources).length, 670);
});

const notes: Notes = { notYet: {}, partly: { "POST /vms": "no `io`" }, notHonoured: {} };
const vms = { tier: { vms: ["list", "add"], vm: ["get", "start"] }, alwaysEmpty: new Set<string>(), notes };

test("an operation is served when it has a route, a proof and nothing that lacks", () => {
  const served = new Set(["GET /vms", "POST /vms", "POST /vms/{}/start"]);
  const record = { "GET /vms": ["a: b"], "POST /vms": ["a: c"] };
  assert.deepEqual(listRows({ ...vms, served, record }), [
    { operation: "GET /vms", state: "served" },
    { operation: "POST /vms", state: "partly", note: "no `io`" },
    { operation: "GET /vms/{}", state: "not yet" },
    { operation: "POST /vms/{}/start", state: "partly", note: "no test has seen its effect" },
  ]);
});

test("a note or a record of what has no route is a mistake", () => {
  assert.deepEqual(listWrongNotes({ ...vms, served: new Set(), record: { "GET /vms": ["a: b"] } }), [
    "POST /vms is noted and has no route",
    "GET /vms is recorded as served and has no route",
  ]);
});
