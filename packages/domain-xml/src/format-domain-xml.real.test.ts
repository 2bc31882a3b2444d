import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { formatDomainXml } from "@yagura/domain-xml";
import fc from "fast-check";
import { RelaxNGValidator, XmlDocument } from "libxml2-wasm";
import { xmlRegisterFsInputProviders } from "libxml2-wasm/lib/nodejs.mjs";
import { arbitraryVm, vm } from "../test/arbitrary-vm.ts";

/** Debian has it in libvirt0, Fedora in libvirt-libs. */
const schemaPath = "/usr/share/libvirt/schemas/domain.rng";
const skip = existsSync(schemaPath) ? false : `libvirt's own schema is not installed (${schemaPath})`;

describe("libvirt's own schema", { skip }, () => {
  let validate: (text: string) => void;

  before(() => {
    xmlRegisterFsInputProviders();
    const schema = XmlDocument.fromBuffer(readFileSync(schemaPath), { url: schemaPath });
    const validator = RelaxNGValidator.fromDoc(schema);
    validate = (text) => {
      const document = XmlDocument.fromString(text);
      try {
        validator.validate(document);
      } finally {
        document.dispose();
      }
    };
  });

  test("accepts every document that we write", () => {
    fc.assert(
      fc.property(arbitraryVm, (definition) => validate(formatDomainXml(definition))),
      { numRuns: 200 },
    );
  });

  test("is able to refuse: a misspelt attribute", () => {
    const text = formatDomainXml(vm());
    validate(text);
    assert.throws(() => validate(text.replace('machine="q35"', 'machin="q35"')));
  });
});
