import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CannotWriteXml,
  defaultXmlLimits,
  element,
  formatXml,
  InvalidXml,
  parseXml,
  type XmlElement,
} from "@yagura/domain-xml";
import fc from "fast-check";

test("hostile documents are refused, and quickly", () => {
  const hostile: Readonly<Record<string, string>> = {
    "a DOCTYPE": `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
    "a DOCTYPE that reaches for a file": `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`,
    "an unknown entity": "<a>&b;</a>",
    "too deep": "<a>".repeat(100_000),
    "too many attributes": `<a ${Array.from({ length: 100_000 }, (_, n) => `a${n}=""`).join(" ")}/>`,
    "too many elements": `<a>${"<b/>".repeat(300_000)}</a>`,
    "too long": `<a>${" ".repeat(5_000_000)}</a>`,
    "the same attribute twice": `<a b="1" b="2"/>`,
    "an unbound prefix": "<a><b:c/></a>",
    "mismatched tags": "<a></b>",
    "two roots": "<a/><b/>",
    nothing: "",
    "text only": "hello",
    "cut off": "<a><b>",
    "a control character": "<a>\u0001</a>",
    "a reference to a control character": "<a>&#1;</a>",
  };
  for (const [what, text] of Object.entries(hostile)) {
    const startMs = performance.now();
    assert.throws(() => parseXml(text), InvalidXml, what);
    assert.ok(performance.now() - startMs < 2000, `${what} took too long`);
  }
});

test("limits are those that are given", () => {
  parseXml("<a><b/></a>", { ...defaultXmlLimits, depthMax: 2 });
  assert.throws(() => parseXml("<a><b/></a>", { ...defaultXmlLimits, depthMax: 1 }), InvalidXml);
});

test("white space between elements is dropped, in text it is kept; comments are dropped, CDATA is text", () => {
  const root = parseXml(
    `<?xml version="1.0" encoding="UTF-8"?>\n<a> <b> x </b> <!-- note --> <c><![CDATA[<]]>&lt;</c><d> </d> </a>`,
  );
  assert.deepEqual(
    root,
    element("a", {}, [element("b", {}, [" x "]), element("c", {}, ["<<"]), element("d", {}, [" "])]),
  );
});

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,8}$/).filter((text) => !/^xml/i.test(text));
const text = fc
  .string({ unit: "grapheme" })
  .map((raw) => raw.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "?"));
const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .record({
      name,
      attributes: fc.dictionary(name, text, { maxKeys: 4 }),
      content: fc.oneof(
        { depthSize: "small" },
        text.filter((content) => content !== "").map((content) => [content]),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    })
    .map(({ name, attributes, content }) => element(name, attributes, content)),
}));

test("every tree survives the way to text and back", () => {
  fc.assert(fc.property(tree, (root) => assert.deepEqual(parseXml(formatXml(root)), root)));
});

test("what XML cannot say is not written", () => {
  for (const character of ["\0", "\u0001", "\u001f", "\ufffe", "\uffff", "\ud800"]) {
    assert.throws(() => formatXml(element("a", {}, [character])), CannotWriteXml);
    assert.throws(() => formatXml(element("a", { b: character })), CannotWriteXml);
  }
  for (const bad of ["", "a b", "1a", "a>", "a:b:c", "<"]) {
    assert.throws(() => formatXml(element(bad)), CannotWriteXml);
    assert.throws(() => formatXml(element("a", { [bad]: "" })), CannotWriteXml);
  }
});
