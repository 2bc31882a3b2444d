import { attributeOf, element, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** A timer that the guest must wind up again and again; when it does not, something is done with the guest. */
export interface Watchdog extends Device {
  readonly model: "i6300esb";
  readonly action: "none" | "reset" | "poweroff" | "pause" | "dump";
}

export function formatWatchdog(watchdog: Watchdog): XmlElement {
  return element("watchdog", { model: watchdog.model, action: watchdog.action }, [formatAlias(watchdog)]);
}

/** `undefined` for what libvirt puts into every q35 machine by itself, and for others that we do not make. */
export function readWatchdog(from: XmlElement): Watchdog | undefined {
  const model = oneOf(attributeOf(from, "model"), ["i6300esb"]);
  const action = oneOf(attributeOf(from, "action"), ["none", "reset", "poweroff", "pause", "dump"]);
  return model === undefined || action === undefined ? undefined : { model, action, ...readAlias(from) };
}
