import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDomainXml, parseDomainXml, parseVmDefinition } from "@yagura/domain-xml";
import fc from "fast-check";
import { arbitraryVm, vm } from "../test/arbitrary-vm.ts";

test("every definition survives the way to XML and back", () => {
  fc.assert(
    fc.property(arbitraryVm, (definition) => {
      assert.deepEqual(parseVmDefinition(formatDomainXml(definition)), definition);
    }),
    { numRuns: 300 },
  );
});

test("whatever a guest is called, the name is read back and nothing else is changed by it", () => {
  for (const name of [`a&b`, `<name>`, `"'`, `]]>`, `é日本`, "&#0;", "<!--", "--", "\u{1F600}"]) {
    assert.equal(parseDomainXml(formatDomainXml(vm({ name }))).name, name);
  }
});

test("memory that is no multiple of 1 KiB is rounded up, never down", () => {
  assert.equal(parseVmDefinition(formatDomainXml(vm({ memoryBytes: 1025 }))).memoryBytes, 2048);
});
