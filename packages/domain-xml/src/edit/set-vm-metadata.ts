import { findVmMetadata, formatVmMetadata } from "../metadata/metadata-xml.ts";
import type { VmMetadata } from "../metadata/vm-metadata.ts";
import { ensureChild } from "../xml/edit.ts";
import { element, findChild, isElement, localName, type XmlElement } from "../xml/element.ts";

/**
 * Merges `metadata` into the domain's own: values and custom properties of the same name are replaced, devices with the
 * same selector too; whatever else stands there, also of shapes we do not know, stays.
 */
export function mergeVmMetadata(domain: XmlElement, metadata: VmMetadata): void {
  const wanted = formatVmMetadata(metadata);
  const present = findVmMetadata(domain);
  if (present === undefined) {
    if (findChild(domain, "metadata") === undefined) insertAfterUuid(domain);
    ensureChild(domain, "metadata").children.push(wanted);
    return;
  }
  mergeChildren(present, wanted, prefixOf(present));
}

function mergeChildren(present: XmlElement, wanted: XmlElement, prefix: string): void {
  for (const child of wanted.children.filter(isElement)) {
    const name = prefix + localName(child);
    const same = present.children.filter(isElement).find((other) => other.name === name && sameSelector(other, child));
    if (same !== undefined && ["custom", "device"].includes(localName(child))) mergeChildren(same, child, prefix);
    else if (same !== undefined) present.children.splice(present.children.indexOf(same), 1, renamed(child, prefix));
    else present.children.push(renamed(child, prefix));
  }
}

function sameSelector(one: XmlElement, other: XmlElement): boolean {
  if (localName(one) !== "device") return true;
  return [...other.attributes].every(([name, value]) => one.attributes.get(name) === value);
}

function prefixOf(of: XmlElement): string {
  return of.name.slice(0, of.name.indexOf(":") + 1);
}

function renamed(of: XmlElement, prefix: string): XmlElement {
  const children = of.children.map((child) => (typeof child === "string" ? child : renamed(child, prefix)));
  return { name: prefix + localName(of), attributes: new Map(of.attributes), children };
}

function insertAfterUuid(domain: XmlElement): void {
  const uuid = findChild(domain, "uuid");
  const at = uuid === undefined ? 0 : domain.children.indexOf(uuid) + 1;
  domain.children.splice(at, 0, element("metadata"));
}
