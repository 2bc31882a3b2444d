import { attributeOf, textOf, type XmlElement } from "../xml/element.ts";

const unitBytes: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1000,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

/** An amount with libvirt's units (KiB when none is written), in bytes. `undefined` when it is not a number. */
export function readAmountBytes(from: XmlElement | undefined): number | undefined {
  if (from === undefined) return undefined;
  const factor = unitBytes[attributeOf(from, "unit") ?? "KiB"];
  const bytes = Number(textOf(from)) * (factor ?? Number.NaN);
  return Number.isSafeInteger(bytes) && textOf(from) !== "" ? bytes : undefined;
}
