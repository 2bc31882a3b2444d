import assert from "node:assert/strict";
import { test } from "node:test";
import { untidyLines } from "./tidy.ts";

const call = `const now = Date${"."}now();`;

test("untidyLines finds a banned call, with its line and what to do instead", () => {
  const [found, ...others] = untidyLines("apps/agent/src/virt/vm.ts", `// first\n${call}`);
  assert.match(found ?? "", /^apps\/agent\/src\/virt\/vm\.ts:2: .* — instead: clock\.nowMs\(\)$/);
  assert.deepEqual(others, []);
});

test("untidyLines leaves tests, generated files and the clock itself alone", () => {
  for (const path of ["a/b.test.ts", "packages/x/src/generated/y.ts", "packages/std/src/clock.ts"]) {
    assert.deepEqual(untidyLines(path, call), []);
  }
});
