import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { proofsVariable, proves } from "./proves.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const context = { name: "a VM starts", filePath: import.meta.filename } as TestContext;

/** What `run` adds to the file of proofs. */
async function proofsOf(run: () => Promise<void>): Promise<unknown[]> {
  await using directory = await temporaryDirectory();
  const [file, before] = [join(directory.path, "proofs"), process.env[proofsVariable]];
  process.env[proofsVariable] = file;
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env[proofsVariable];
    else process.env[proofsVariable] = before;
  }
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line));
}

test("proves writes what a test has proved when it has ended well", async () => {
  const run = proves(["POST /vms/{}/start", "GET /vms/{}"], () => Promise.resolve());
  const at = { file: "packages/testing/src/proves.test.ts", test: "a VM starts" };
  assert.deepEqual(await proofsOf(() => run(context)), [
    { operation: "POST /vms/{}/start", ...at },
    { operation: "GET /vms/{}", ...at },
  ]);
});

test("proves writes nothing of a test that failed", async () => {
  const run = proves(["POST /vms/{}/start"], () => Promise.reject(new Error("no")));
  assert.deepEqual(await proofsOf(() => assert.rejects(run(context))), []);
});

test("proves refuses at once what v4 does not have", () => {
  assert.throws(() => proves(["POST /vms/123/start"], () => undefined), /v4 has no POST \/vms\/123\/start/);
});
