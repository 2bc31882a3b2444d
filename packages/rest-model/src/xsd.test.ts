import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { XmlDocument, XmlValidateError, XsdValidator } from "libxml2-wasm";
import { anyType, anyValue } from "../test/any-document.ts";
import { codecOf } from "./codec.ts";
import { identifiedTypes } from "./generated/services.ts";
import type { RestTypeName, RestTypes } from "./generated/types.ts";
import { writeXml } from "./write-xml.ts";
import { writeXsd } from "./xsd.ts";

/** Runs with a validator of our schema, which holds memory of its own. */
function withValidator(work: (validate: (xml: string) => void) => void): void {
  const schema = XmlDocument.fromString(writeXsd());
  const validator = XsdValidator.fromDoc(schema);
  try {
    work((xml) => {
      const document = XmlDocument.fromString(xml);
      try {
        validator.validate(document);
      } finally {
        document.dispose();
      }
    });
  } finally {
    validator.dispose();
    schema.dispose();
  }
}

/** Only these are documents; of two with the same tag one is. */
const roots = new Set(
  [...identifiedTypes].filter((name, _, all) => {
    const tags = all.flatMap((each) => [codecOf(each).tag, codecOf(each).collectionTag]);
    return [codecOf(name).tag, codecOf(name).collectionTag].every(
      (tag) => tags.filter((each) => each === tag).length === 1,
    );
  }),
);

test("whatever the model can say is valid by the schema, alone and in lists", () => {
  withValidator((validate) => {
    const document = anyType
      .filter((type) => roots.has(type))
      .chain((type) => fc.tuple(fc.constant(type), anyValue(type)));
    fc.assert(
      fc.property(document, ([type, value]: [RestTypeName, object]) => {
        validate(writeXml(type as "vm", value as RestTypes["vm"]));
        validate(writeXml(type as "vm", [value as RestTypes["vm"]], { collection: true }));
      }),
      { numRuns: 200 },
    );
  });
});

test("actions, faults and the root are documents too", () => {
  withValidator((validate) => {
    validate(writeXml("action", { status: "complete", job: { id: "1", href: "/x" } }));
    validate(writeXml("fault", { reason: "Operation Failed", detail: "[no]" }));
    validate(writeXml("api", { time: new Date(0), link: [{ rel: "vms", href: "/x" }] }));
    validate(writeXml("vm", [], { collection: true }));
  });
});

test("what the model does not have is not valid", () => {
  withValidator((validate) => {
    for (const wrong of [
      "<vm><nonsense/></vm>",
      "<vm><memory>much</memory></vm>",
      "<vm><status>flying</status></vm>",
      "<vm nonsense='1'/>",
      "<vms><disk/></vms>",
      "<nonsense/>",
    ]) {
      assert.throws(() => validate(wrong), XmlValidateError, wrong);
    }
    validate("<vm id='1'><name>x</name><cluster><name>Default</name></cluster><memory>1</memory></vm>");
  });
});
