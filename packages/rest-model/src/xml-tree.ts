import { SaxesParser } from "saxes";
import { BadDocument } from "./bad-document.ts";
import { type DocumentLimits, defaultLimits } from "./limits.ts";

export interface XmlNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

interface OpenNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

/**
 * Reads an XML document into a tree. Comments and processing instructions are dropped; entities other than the
 * five of XML, and document types, are refused.
 * @throws BadDocument when it is not well-formed, too large, or too deep.
 */
export function readXmlTree(source: string | Uint8Array, limits: Partial<DocumentLimits> = {}): XmlNode {
  const { bytesMax, depthMax, attributesMax } = { ...defaultLimits, ...limits };
  const text = textOf(source, bytesMax);
  const open: OpenNode[] = [];
  let root: XmlNode | undefined;
  let attributes = 0;

  const parser = new SaxesParser({ xmlns: false, position: true });
  parser.on("error", (cause) => {
    throw new BadDocument("", `not well-formed XML: ${cause.message}`);
  });
  parser.on("doctype", () => {
    throw new BadDocument("", "a document type (DOCTYPE) is not allowed");
  });
  parser.on("opentagstart", () => {
    attributes = 0;
    if (open.length >= depthMax) throw new BadDocument("", `elements are nested deeper than ${depthMax}`);
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > attributesMax) throw new BadDocument("", `an element has more than ${attributesMax} attributes`);
  });
  parser.on("opentag", ({ name, attributes: given }) => {
    open.push({ tag: name, attributes: given, children: [], text: "" });
  });
  const addText = (piece: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += piece;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const node = open.pop();
    const parent = open.at(-1);
    if (parent === undefined) root = node;
    else if (node !== undefined) parent.children.push(node);
  });
  parser.write(text).close();
  if (root === undefined) throw new BadDocument("", "the document is empty");
  return root;
}

/** The text of a document in UTF-8, without its byte order mark. @throws BadDocument when it is too large or not UTF-8. */
export function textOf(source: string | Uint8Array, bytesMax: number): string {
  // A string is counted in UTF-16 units, of which each is at least one byte in UTF-8.
  if (source.length > bytesMax) throw new BadDocument("", `the document is larger than ${bytesMax} bytes`);
  if (typeof source === "string") return source.startsWith("\ufeff") ? source.slice(1) : source;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch (cause) {
    throw new BadDocument("", "the document is not UTF-8", { cause });
  }
}
