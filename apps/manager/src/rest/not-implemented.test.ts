import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { services } from "@yagura/rest-model";
import { listNotImplemented } from "./not-implemented.ts";
import { locate, segmentsOf } from "./router.ts";
import { routes } from "./routes.ts";

const file = join(import.meta.dirname, "not-implemented.txt");
const served = routes({ instanceId: "", version: "0" });

test("every operation of v4 is served or in not-implemented.txt, and their number only falls", () => {
  const missing = listNotImplemented(served);
  const text = [`# ${missing.length} operations of v4; the number may only fall`, ...missing, ""].join("\n");
  const before = readFileSync(file, "utf8");
  const most = Number(/^# (\d+) /.exec(before)?.[1]);
  const known = new Set(before.split("\n"));
  const gone = missing.filter((operation) => !known.has(operation));
  assert.ok(missing.length <= most, `${missing.length} are missing, it were ${most}; new are ${gone.join(", ")}`);
  // UPDATE_GOLDEN=1 writes it anew; the diff is what is reviewed.
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  assert.equal(readFileSync(file, "utf8"), text, "run this test with UPDATE_GOLDEN=1 and look at the diff");
});

test("every route is in the model, under the verb that the model has for it", () => {
  const foreign = served.filter(({ method, path }) => {
    const place = locate(segmentsOf(path));
    if (place === undefined) return true;
    if (place.action !== undefined) return method !== "POST";
    const { operations } = services[place.service];
    const verbs = { GET: ["list", "get"], POST: ["add"], PUT: ["update"], DELETE: ["remove"] }[method];
    return !operations.some((operation) => verbs.includes(operation));
  });
  // The statistics, permits and reported devices of single things are reached the same way everywhere.
  assert.deepEqual(
    foreign.map(({ method, path }) => `${method} ${path}`),
    [],
  );
});
