import { optional } from "../optional.ts";
import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** The name under which the QEMU guest agent finds its channel. */
export const guestAgentChannel = "org.qemu.guest_agent.0";

/** A port of the virtio serial controller, with a Unix socket on the host's side. */
export interface Channel extends Device {
  readonly name: string;
  /** Where the socket is; libvirt chooses when absent, and makes the guest agent reachable either way. */
  readonly path?: string;
}

export function formatChannel(channel: Channel): XmlElement {
  return element("channel", { type: "unix" }, [
    element("source", { mode: "bind", path: channel.path }),
    element("target", { type: "virtio", name: channel.name }),
    formatAlias(channel),
  ]);
}

export function readChannel(from: XmlElement): Channel | undefined {
  const target = findChild(from, "target");
  const name = attributeOf(target, "name");
  if (attributeOf(from, "type") !== "unix" || attributeOf(target, "type") !== "virtio" || name === undefined) {
    return undefined;
  }
  const path = attributeOf(findChild(from, "source"), "path");
  return { name, ...optional("path", path), ...readAlias(from) };
}
