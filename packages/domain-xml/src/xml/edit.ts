import { element, findChild, type XmlContent, type XmlElement } from "./element.ts";

/** Sets or, with `undefined`, removes an attribute. */
export function setAttribute(of: XmlElement, name: string, value: string | number | undefined): void {
  if (value === undefined) of.attributes.delete(name);
  else of.attributes.set(name, String(value));
}

/** The first child of this name, made (empty, at the end) when there is none. */
export function ensureChild(parent: XmlElement, name: string): XmlElement {
  const found = findChild(parent, name);
  if (found !== undefined) return found;
  const made = element(name);
  parent.children.push(made);
  return made;
}

/** Puts `child` in the place of the first child of the same name, or at the end; further ones of that name go. */
export function replaceChild(parent: XmlElement, child: XmlElement): void {
  const at = parent.children.findIndex((other) => typeof other === "object" && other.name === child.name);
  removeChildren(parent, child.name);
  parent.children.splice(at === -1 ? parent.children.length : at, 0, child);
}

/** Removes every child element of this name; says how many there were. */
export function removeChildren(parent: XmlElement, name: string): number {
  const kept = parent.children.filter((child) => typeof child === "string" || child.name !== name);
  const removed = parent.children.length - kept.length;
  parent.children.splice(0, parent.children.length, ...kept);
  return removed;
}

/** Replaces everything inside the element. */
export function setContent(of: XmlElement, ...content: readonly XmlContent[]): void {
  of.children.splice(0, of.children.length, ...element(of.name, {}, content).children);
}

/** A copy that shares nothing with the original. */
export function cloneElement(of: XmlElement): XmlElement {
  return {
    name: of.name,
    attributes: new Map(of.attributes),
    children: of.children.map((child) => (typeof child === "string" ? child : cloneElement(child))),
  };
}
