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

test("every operation of v4 below what we serve is served or in not-implemented.txt", () => {
  const text = `${listNotImplemented(served).join("\n")}\n`;
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
