import assert from "node:assert/strict";
import { test } from "node:test";
import { readOpenApi } from "@yagura/rest-model";
import { routes } from "../routes.ts";
import { referencePage } from "./reference-page.ts";
import { type OpenApi, servedOpenApi, verbs, withoutNames } from "./served-openapi.ts";

const served = routes({ instanceId: "", version: "0" });
const document = servedOpenApi(JSON.parse(await readOpenApi()) as OpenApi, served);

test("the OpenAPI document has every route, and no operation without one", () => {
  const documented = Object.entries(document.paths).flatMap(([path, item]) =>
    verbs.filter((verb) => item[verb] !== undefined).map((verb) => `${verb.toUpperCase()} ${withoutNames(path)}`),
  );
  const routed = served.map(({ method, path }) => `${method} ${withoutNames(path)}`);
  assert.deepEqual(documented.sort(), routed.sort());
});

test("the OpenAPI document names no type that it does not have, and has none that nothing names", () => {
  const text = JSON.stringify(document);
  const named = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
  assert.deepEqual([...named].sort(), Object.keys(document.components.schemas).sort());
});

test("the reference page leads nowhere that is not there, and runs no script", () => {
  const { html } = referencePage(document);
  const anchors = new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
  const missing = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id).filter((id) => !anchors.has(id));
  assert.deepEqual(missing, []);
  assert.match(html, /<code>POST \/vms\/\{vm_id\}\/start<\/code>/);
  assert.doesNotMatch(html, /<script|POST \/vms\/\{vm_id\}\/migrate|https?:\/\/(?!MANAGER)/);
});
