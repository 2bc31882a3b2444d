import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeImport } from "./architecture.ts";

const architecture = {
  parts: { "packages/std": [], "packages/testing": [], "apps/a": ["packages/std"], "apps/b": ["packages/std"] },
  inside: { "apps/a/src": ["domain", "db", "rest"] },
  testsMayAlsoImport: ["packages/testing"],
};

const cases: Record<string, [from: string, to: string, wrong: boolean]> = {
  "lets an app import what is below it": ["apps/a/src/x.ts", "packages/std", false],
  "refuses one app in another": ["apps/a/src/x.ts", "apps/b", true],
  "refuses an app in a package": ["packages/std/src/x.ts", "apps/a", true],
  "lets tests import the testing package": ["apps/a/src/x.test.ts", "packages/testing", false],
  "refuses the testing package elsewhere": ["apps/a/src/x.ts", "packages/testing", true],
  "lets a layer import the one below": ["apps/a/src/rest/x.ts", "apps/a/src/db/y.ts", false],
  "refuses an import upwards": ["apps/a/src/domain/x.ts", "apps/a/src/db/y.ts", true],
  "refuses what it does not know": ["apps/c/src/x.ts", "packages/std", true],
};
for (const [name, [from, to, wrong]] of Object.entries(cases)) {
  test(`judgeImport ${name}`, () => assert.equal(judgeImport(architecture, { from, to }).length > 0, wrong));
}
