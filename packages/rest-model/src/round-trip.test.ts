import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyType, anyValue } from "../test/any-document.ts";
import { BadDocument } from "./bad-document.ts";
import { codecOf } from "./codec.ts";
import { structs } from "./generated/structs.ts";
import type { RestTypeName } from "./generated/types.ts";
import { readJson } from "./read-json.ts";
import { readXml } from "./read-xml.ts";
import { writeJson } from "./write-json.ts";
import { writeXml } from "./write-xml.ts";

/** Plain objects, so that deep comparison does not look at prototypes that fast-check varies. */
const plain = (value: unknown): unknown => structuredClone(value);

test("any document goes from XML to JSON and back unchanged", () => {
  const documents = anyType.chain((type) => fc.tuple(fc.constant(type), anyValue(type)));
  fc.assert(
    fc.property(documents, ([type, value]) => {
      const xml = writeXml(type, value);
      const fromXml = readXml(type, xml);
      const json = writeJson(type, fromXml);
      const fromJson = readJson(type, json);
      assert.deepEqual(plain(fromXml), plain(value));
      assert.deepEqual(plain(fromJson), plain(value));
      assert.equal(writeXml(type, fromJson), xml);
    }),
    { numRuns: 400 },
  );
});

test("any list of documents goes through XML and JSON unchanged", () => {
  const lists = anyType.chain((type) => fc.tuple(fc.constant(type), fc.array(anyValue(type, 1), { maxLength: 4 })));
  fc.assert(
    fc.property(lists, ([type, values]) => {
      const collection = { collection: true } as const;
      assert.deepEqual(plain(readXml(type, writeXml(type, values, collection), collection)), plain(values));
      assert.deepEqual(plain(readJson(type, writeJson(type, values, collection), collection)), plain(values));
    }),
    { numRuns: 150 },
  );
});

test("every type can be written and read with nothing in it", () => {
  for (const type of Object.keys(structs) as RestTypeName[]) {
    assert.deepEqual(readXml(type, writeXml(type, {})), {}, type);
    assert.deepEqual(readJson(type, writeJson(type, {})), {}, type);
  }
});

test("any bytes are a value or a BadDocument, in XML and in JSON", () => {
  fc.assert(
    fc.property(anyType, fc.uint8Array({ maxLength: 200 }), (type, bytes) => {
      valueOrBadDocument(() => readXml(type, bytes));
      valueOrBadDocument(() => readJson(type, bytes));
    }),
    { numRuns: 500 },
  );
});

test("a document with a piece cut out, doubled or overwritten is a value or a BadDocument", () => {
  const damaged = anyType.chain((type) =>
    fc.tuple(fc.constant(type), anyValue(type, 2), fc.nat(), fc.nat(40), fc.string({ maxLength: 12 })),
  );
  fc.assert(
    fc.property(damaged, ([type, value, start, length, insert]) => {
      const damage = (text: string): string => {
        const at = start % (text.length + 1);
        return text.slice(0, at) + insert + text.slice(at + length);
      };
      valueOrBadDocument(() => readXml(type, damage(writeXml(type, value))));
      valueOrBadDocument(() => readJson(type, damage(writeJson(type, value))));
    }),
    { numRuns: 500 },
  );
});

test("any JSON is a value or a BadDocument", () => {
  fc.assert(
    fc.property(anyType, fc.jsonValue({ maxDepth: 4 }), (type, json) => {
      valueOrBadDocument(() => readJson(type, JSON.stringify(json)));
      const tags = [...codecOf(type).byTag.keys()];
      const placed = Object.fromEntries(tags.map((tag) => [tag, json]));
      valueOrBadDocument(() => readJson(type, JSON.stringify(placed)));
    }),
    { numRuns: 300 },
  );
});

function valueOrBadDocument(read: () => unknown): void {
  try {
    assert.equal(typeof read(), "object");
  } catch (error) {
    if (!(error instanceof BadDocument)) throw error;
  }
}
