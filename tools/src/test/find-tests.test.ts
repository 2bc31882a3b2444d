import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { findTests, groupTests, kindOf } from "./find-tests.ts";

test("kindOf tells the kinds of tests apart by the name of the file", () => {
  assert.equal(kindOf("a/b.test.ts"), "unit");
  assert.equal(kindOf("a/b.sim.test.ts"), "sim");
  assert.equal(kindOf("a/b.real.test.ts"), "real");
});

test("findTests finds this very file, and nothing for a word that no file has", async () => {
  const root = join(import.meta.dirname, "../../..");
  assert.deepEqual((await findTests(root, ["tools/src/test/find-tests"])).unit, ["tools/src/test/find-tests.test.ts"]);
  assert.deepEqual(await findTests(root, ["no-file-has-this-word"]), { unit: [], sim: [], real: [] });
});

test("groupTests lets real tests of whole systems run alone, after the others", () => {
  const [small, lab, whole] = ["apps/a.real.test.ts", "test/src/spm/b.real.test.ts", "test/src/c.real.test.ts"];
  const files = [small, lab, whole];
  assert.deepEqual(groupTests("real", files), [
    { files: [small, lab], isSideBySide: true },
    { files: [whole], isSideBySide: false },
  ]);
  assert.deepEqual(groupTests("sim", files), [{ files, isSideBySide: true }]);
});
