import { attributeOf, element, findChild, type XmlElement } from "../xml/element.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** The virtio memory balloon; it also brings the guest's own memory statistics. */
export interface Balloon extends Device {
  readonly statsPeriodSeconds?: number;
}

/** libvirt adds a balloon of its own when nothing is said: no balloon must be written down too. */
export function formatBalloon(balloon: Balloon | undefined): XmlElement {
  if (balloon === undefined) return element("memballoon", { model: "none" });
  const { statsPeriodSeconds } = balloon;
  return element("memballoon", { model: "virtio" }, [
    statsPeriodSeconds === undefined ? undefined : element("stats", { period: statsPeriodSeconds }),
    formatAlias(balloon),
  ]);
}

export function readBalloon(from: XmlElement | undefined): Balloon | undefined {
  if (from === undefined || attributeOf(from, "model") === "none") return undefined;
  const period = attributeOf(findChild(from, "stats"), "period");
  return { ...(period !== undefined && { statsPeriodSeconds: Number(period) }), ...readAlias(from) };
}
