import { formatNicSource, type NicSource } from "../devices/nic.ts";
import { removeChildren, replaceChild, setAttribute } from "../xml/edit.ts";
import type { XmlElement } from "../xml/element.ts";

/** Plugs an `<interface>` into something else. What the guest sees of it (MAC, model, address) stays. */
export function replaceNicSource(nic: XmlElement, source: NicSource): void {
  setAttribute(nic, "type", source.kind);
  const wanted = formatNicSource(source);
  if (wanted === undefined) removeChildren(nic, "source");
  else replaceChild(nic, wanted);
  // Neither exists on a user-mode network, and libvirt refuses both there.
  if (source.kind === "user") {
    removeChildren(nic, "filterref");
    removeChildren(nic, "bandwidth");
    removeChildren(nic, "target");
  }
}
