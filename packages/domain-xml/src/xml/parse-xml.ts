import { SaxesParser } from "saxes";
import { isElement, type XmlElement } from "./element.ts";

/** What a document may claim of us. Far above what libvirt writes, far below what would hurt. */
export interface XmlLimits {
  /** UTF-16 units of the whole text. */
  readonly lengthMax: number;
  readonly depthMax: number;
  /** Of one element. */
  readonly attributesMax: number;
  /** Elements and pieces of text in the whole document. */
  readonly nodesMax: number;
}

export const defaultXmlLimits: XmlLimits = {
  lengthMax: 4 * 1024 * 1024,
  depthMax: 64,
  attributesMax: 128,
  nodesMax: 200_000,
};

/** The text is not well-formed XML, has a DOCTYPE, or is larger than we accept. */
export class InvalidXml extends Error {
  override readonly name = "InvalidXml";
}

/**
 * Reads a whole document into a tree. Namespace prefixes must be bound; entities other than the five of XML are errors.
 * @throws InvalidXml
 */
export function parseXml(text: string, limits: XmlLimits = defaultXmlLimits): XmlElement {
  if (text.length > limits.lengthMax) throw new InvalidXml(`XML of more than ${limits.lengthMax} characters`);
  const builder = new TreeBuilder(limits);
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on("error", (cause) => {
    throw new InvalidXml("not well-formed XML", { cause });
  });
  parser.on("doctype", () => {
    throw new InvalidXml("a DOCTYPE is not accepted");
  });
  let attributes = 0;
  parser.on("opentagstart", () => {
    attributes = 0;
  });
  parser.on("attribute", () => {
    if (++attributes > limits.attributesMax) {
      throw new InvalidXml(`an element with more than ${limits.attributesMax} attributes`);
    }
  });
  parser.on("opentag", (tag) => {
    builder.open(tag.name, new Map(Object.entries(tag.attributes).map(([name, { value }]) => [name, value])));
  });
  parser.on("text", (part) => builder.text(part));
  parser.on("cdata", (part) => builder.text(part));
  parser.on("closetag", () => builder.close());
  parser.write(text).close();
  return builder.root();
}

class TreeBuilder {
  #root: XmlElement | undefined;
  #nodes = 0;
  readonly #open: XmlElement[] = [];
  readonly #limits: XmlLimits;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  open(name: string, attributes: Map<string, string>): void {
    this.#count();
    if (this.#open.length >= this.#limits.depthMax) {
      throw new InvalidXml(`elements nested more than ${this.#limits.depthMax} deep`);
    }
    const opened: XmlElement = { name, attributes, children: [] };
    this.#root ??= opened;
    this.#open.at(-1)?.children.push(opened);
    this.#open.push(opened);
  }

  text(part: string): void {
    this.#count();
    this.#open.at(-1)?.children.push(part);
  }

  close(): void {
    const closed = this.#open.pop();
    if (closed !== undefined) tidyText(closed);
  }

  root(): XmlElement {
    if (this.#root === undefined) throw new InvalidXml("no element");
    return this.#root;
  }

  #count(): void {
    if (++this.#nodes > this.#limits.nodesMax) throw new InvalidXml(`XML of more than ${this.#limits.nodesMax} nodes`);
  }
}

/** Joins neighbouring pieces of text, and drops white space that only separates elements. */
function tidyText(of: XmlElement): void {
  const hasElements = of.children.some(isElement);
  const tidied: (XmlElement | string)[] = [];
  let pending = "";
  const flush = (): void => {
    if (pending !== "" && !(hasElements && pending.trim() === "")) tidied.push(pending);
    pending = "";
  };
  for (const child of of.children) {
    if (typeof child === "string") pending += child;
    else {
      flush();
      tidied.push(child);
    }
  }
  flush();
  of.children.splice(0, of.children.length, ...tidied);
}
