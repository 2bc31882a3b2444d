import assert from "node:assert/strict";
import { test } from "node:test";
import { listOperations } from "./operations.ts";

const operations = listOperations();

test("listOperations names each place where something can be asked for once", () => {
  const texts = operations.map(({ text }) => text);
  assert.equal(new Set(texts).size, texts.length);
  for (const text of ["GET /", "POST /vms/{}/start", "DELETE /vms/{}/tags/{}", "POST /hosts/{}/permissions"]) {
    assert.ok(texts.includes(text), text);
  }
});

test("listOperations says which service of the model it is, and by which name", () => {
  assert.deepEqual(
    operations.find(({ text }) => text === "POST /vms/{}/previewsnapshot"),
    { text: "POST /vms/{}/previewsnapshot", service: "vm", name: "previewsnapshot" },
  );
});
