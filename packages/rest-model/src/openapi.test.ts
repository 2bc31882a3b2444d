import assert from "node:assert/strict";
import { test } from "node:test";
import { structs } from "./generated/structs.ts";
import { readOpenApi } from "./openapi.ts";

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
}

test("the OpenAPI document has every type, every path, and no reference into nothing", async () => {
  const text = await readOpenApi();
  const { openapi, paths, components } = JSON.parse(text) as OpenApi;
  assert.equal(openapi, "3.1.0");
  for (const type of Object.keys(structs)) assert.ok(components.schemas[type] !== undefined, type);
  for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
    assert.ok(components.schemas[name ?? ""] !== undefined, name);
  }
  const methods = (path: string): string[] => Object.keys(paths[path] ?? {}).filter((key) => key !== "parameters");
  assert.deepEqual(methods("/vms"), ["get", "post"]);
  assert.deepEqual(methods("/vms/{vm_id}"), ["get", "put", "delete"]);
  assert.deepEqual(methods("/vms/{vm_id}/start"), ["post"]);
  assert.deepEqual(methods("/vms/{vm_id}/nics/{vm_nic_id}"), ["get", "put", "delete"]);
  assert.deepEqual(methods("/hosttickets"), ["get", "post"]);
  // The reference counts 670 pairs of verb and path for tier 1 alone.
  assert.ok(Object.keys(paths).flatMap(methods).length > 670);
});

test("every id in a path of the OpenAPI document is a parameter", async () => {
  const { paths } = JSON.parse(await readOpenApi()) as OpenApi;
  for (const [path, { parameters = [] }] of Object.entries(paths)) {
    const named = (parameters as readonly { name: string }[]).map(({ name }) => `{${name}}`);
    assert.deepEqual(path.match(/\{\w+\}/g) ?? [], named);
    assert.equal(new Set(named).size, named.length, path);
  }
});
