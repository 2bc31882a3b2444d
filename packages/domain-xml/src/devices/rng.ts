import { attributeOf, element, findChild, findText, type XmlElement } from "../xml/element.ts";
import { type Device, formatAlias, readAlias } from "./device.ts";

/** A source of randomness for the guest. */
export interface Rng extends Device {
  readonly source: string;
  /** At most so many bytes a period. */
  readonly rate?: { readonly bytes: number; readonly periodMs: number };
}

export function formatRng(rng: Rng): XmlElement {
  return element("rng", { model: "virtio" }, [
    rng.rate === undefined ? undefined : element("rate", { bytes: rng.rate.bytes, period: rng.rate.periodMs }),
    element("backend", { model: "random" }, [rng.source]),
    formatAlias(rng),
  ]);
}

export function readRng(from: XmlElement): Rng | undefined {
  const source = findText(from, "backend");
  if (source === undefined || attributeOf(findChild(from, "backend"), "model") !== "random") return undefined;
  const rate = findChild(from, "rate");
  return {
    source,
    ...(rate !== undefined && {
      rate: {
        bytes: Number(attributeOf(rate, "bytes")),
        periodMs: Number(attributeOf(rate, "period") ?? 1000),
      },
    }),
    ...readAlias(from),
  };
}
