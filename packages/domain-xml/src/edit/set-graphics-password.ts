import { setAttribute } from "../xml/edit.ts";
import type { XmlElement } from "../xml/element.ts";

/**
 * Sets or, with `undefined`, removes the password of a `<graphics>`.
 * @param validTo UTC; a password whose time is over lets nobody in.
 */
export function setGraphicsPassword(graphics: XmlElement, password: string | undefined, validTo?: Date): void {
  setAttribute(graphics, "passwd", password);
  setAttribute(graphics, "passwdValidTo", validTo?.toISOString().slice(0, "2026-11-22T10:00:00".length));
}
