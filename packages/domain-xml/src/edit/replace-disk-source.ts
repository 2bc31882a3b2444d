import { type DiskSource, formatSource } from "../devices/disk.ts";
import type { SecurityLabel } from "../devices/seclabel.ts";
import { removeChildren, replaceChild, setAttribute } from "../xml/edit.ts";
import type { XmlElement } from "../xml/element.ts";
import { findChild } from "../xml/element.ts";

const sourceAttributes = ["file", "dev", "dir", "name", "protocol", "volume", "pool", "index"];

export interface ReplaceSourceOptions {
  /** Instead of the labels that are there. */
  readonly seclabels?: readonly SecurityLabel[];
}

/**
 * Points a `<disk>` at other bytes, or empties it (a drive only). What else stands in the source (labels, reservations,
 * slices) stays; a description of the backing chain goes, since it was of the other bytes.
 */
export function replaceDiskSource(
  disk: XmlElement,
  source: DiskSource | undefined,
  options: ReplaceSourceOptions = {},
): void {
  removeChildren(disk, "backingStore");
  if (source === undefined) {
    removeChildren(disk, "source");
    return;
  }
  const wanted = formatSource(source, options.seclabels);
  const present = findChild(disk, "source");
  if (present !== undefined) {
    if (options.seclabels !== undefined) removeChildren(present, "seclabel");
    for (const name of sourceAttributes) present.attributes.delete(name);
    wanted.children.push(...present.children);
    for (const [name, value] of present.attributes) wanted.attributes.set(name, value);
  }
  setAttribute(disk, "type", source.kind);
  replaceChild(disk, wanted);
}
