import { isElement, type XmlElement } from "./element.ts";

/** Something that no XML document can contain, such as a control character, was to be written. */
export class CannotWriteXml extends Error {
  override readonly name = "CannotWriteXml";
}

const namePattern = /^[\p{L}_][\p{L}\p{N}._-]*(:[\p{L}_][\p{L}\p{N}._-]*)?$/u;
/** Whatever is outside the production Char of XML 1.0, among it every lone surrogate. */
const forbiddenPattern = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * The document as text, indented by two spaces where an element has only elements inside. There is no XML declaration:
 * libvirt wants none, and the text is a string, not bytes.
 * @throws CannotWriteXml for a name that is none, or a character that XML does not have.
 */
export function formatXml(root: XmlElement): string {
  return `${formatElement(root, "\n")}\n`;
}

function formatElement(of: XmlElement, newLine: string | undefined): string {
  const tag = formatName(of.name) + [...of.attributes].map(([name, value]) => formatAttribute(name, value)).join("");
  if (of.children.length === 0) return `<${tag}/>`;
  // White space inside mixed content would become part of the text.
  const isBlock = newLine !== undefined && of.children.every(isElement);
  const inner = isBlock ? `${newLine}  ` : undefined;
  const content = of.children.map(
    (child) => (inner ?? "") + (typeof child === "string" ? formatText(child) : formatElement(child, inner)),
  );
  return `<${tag}>${content.join("")}${isBlock ? newLine : ""}</${of.name}>`;
}

function formatName(name: string): string {
  if (!namePattern.test(name)) throw new CannotWriteXml(`not a name in XML: ${JSON.stringify(name)}`);
  return name;
}

function formatAttribute(name: string, value: string): string {
  return ` ${formatName(name)}="${check(value).replace(/[&<>"\t\n\r]/g, escapeCharacter)}"`;
}

function formatText(text: string): string {
  // A bare carriage return would be read back as a line feed.
  return check(text).replace(/[&<>\r]/g, escapeCharacter);
}

function check(text: string): string {
  const found = forbiddenPattern.exec(text)?.[0];
  if (found === undefined) return text;
  throw new CannotWriteXml(
    `XML has no character U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

function escapeCharacter(character: string): string {
  return escapes[character] ?? character;
}
