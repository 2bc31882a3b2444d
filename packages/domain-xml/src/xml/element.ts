/**
 * An element as it stands in the text: names keep their prefixes, attributes and children their order. The tree may be
 * edited in place, so that what we do not know (a device of another vendor, a new option) survives our edits.
 * Comments and processing instructions are not kept.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: (XmlElement | string)[];
}

export type XmlAttributes = Readonly<Record<string, string | number | undefined>>;
export type XmlContent = XmlElement | string | number | undefined;

/** Builds an element; attributes and children that are `undefined` are left out, numbers are written in decimal. */
export function element(
  name: string,
  attributes: XmlAttributes = {},
  children: readonly XmlContent[] = [],
): XmlElement {
  const present = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return {
    name,
    attributes: new Map(present),
    children: children.flatMap((child) =>
      child === undefined ? [] : [typeof child === "number" ? String(child) : child],
    ),
  };
}

export function isElement(child: XmlElement | string | undefined): child is XmlElement {
  return typeof child === "object";
}

/** The child elements, or only those of one name. */
export function listChildren(parent: XmlElement | undefined, name?: string): XmlElement[] {
  return (parent?.children ?? []).filter(isElement).filter((child) => name === undefined || child.name === name);
}

/** The first descendant along a path of names: `findChild(domain, "os", "loader")`. */
export function findChild(parent: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let found = parent;
  for (const name of path) found = found?.children.filter(isElement).find((child) => child.name === name);
  return found;
}

/** The element's own text without surrounding white space; "" when there is none. */
export function textOf(from: XmlElement | undefined): string {
  return (from?.children ?? [])
    .filter((child) => typeof child === "string")
    .join("")
    .trim();
}

/** The text of the element along a path of names, or `undefined` when there is no such element. */
export function findText(parent: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const found = findChild(parent, ...path);
  return found === undefined ? undefined : textOf(found);
}

export function attributeOf(from: XmlElement | undefined, name: string): string | undefined {
  return from?.attributes.get(name);
}

/** The name without its prefix. */
export function localName(of: XmlElement): string {
  return of.name.slice(of.name.indexOf(":") + 1);
}
