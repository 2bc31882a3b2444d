import { optional } from "../optional.ts";
import { element, findChild, listChildren, localName, textOf, type XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse-xml.ts";
import {
  type DeviceMetadata,
  type DeviceSelector,
  type MetadataValue,
  type VmMetadata,
  vmMetadataNamespace,
  vmMetadataPrefix,
} from "./vm-metadata.ts";

const selectorNames = ["alias", "mac_address", "devtype", "name"] as const;

/** The element that goes into `<metadata>`, and to libvirt's call that replaces it. */
export function formatVmMetadata(metadata: VmMetadata): XmlElement {
  return element(prefixed("vm"), { [`xmlns:${vmMetadataPrefix}`]: vmMetadataNamespace }, [
    ...formatValues(metadata.values),
    formatCustom(metadata.custom),
    ...metadata.devices.map((device) =>
      element(prefixed("device"), { ...device.of }, [
        ...formatValues(device.values),
        device.custom === undefined ? undefined : formatCustom(device.custom),
      ]),
    ),
  ]);
}

/**
 * Reads the element from `<metadata>`, or the one libvirt answers when asked for it (which may have another prefix).
 * What has another shape than a value (lists such as `volumeChain`, jobs) is left out here; it stays in the document.
 */
export function readVmMetadata(vm: XmlElement): VmMetadata {
  const children = listChildren(vm);
  const devices = children.filter((child) => localName(child) === "device");
  return {
    values: readValues(children.filter((child) => localName(child) !== "device")),
    custom: readCustom(vm) ?? {},
    devices: devices.map(readDevice),
  };
}

/** @throws InvalidXml */
export function parseVmMetadata(text: string): VmMetadata {
  return readVmMetadata(parseXml(text));
}

/** Our element in the `<metadata>` of a domain, whatever its prefix. */
export function findVmMetadata(domain: XmlElement): XmlElement | undefined {
  const metadata = findChild(domain, "metadata");
  const outer = [domain, metadata];
  return listChildren(metadata).find(
    (child) => localName(child) === "vm" && namespaceOf(child, outer) === vmMetadataNamespace,
  );
}

function namespaceOf(of: XmlElement, ancestors: readonly (XmlElement | undefined)[]): string | undefined {
  const colon = of.name.indexOf(":");
  const declaration = colon === -1 ? "xmlns" : `xmlns:${of.name.slice(0, colon)}`;
  return [...ancestors, of].map((scope) => scope?.attributes.get(declaration)).findLast((uri) => uri !== undefined);
}

function readDevice(device: XmlElement): DeviceMetadata {
  const of: DeviceSelector = Object.fromEntries(
    selectorNames.flatMap((name) => {
      const value = device.attributes.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const custom = readCustom(device);
  return { of, values: readValues(listChildren(device)), ...optional("custom", custom) };
}

function formatValues(values: Readonly<Record<string, MetadataValue>>): XmlElement[] {
  return Object.entries(values).map(([name, value]) => {
    const type = { string: undefined, number: Number.isInteger(value) ? "int" : "float", boolean: "bool" }[
      typeof value as "string" | "number" | "boolean"
    ];
    return element(prefixed(name), { type }, [String(value)]);
  });
}

function readValues(children: readonly XmlElement[]): Record<string, MetadataValue> {
  const plain = children.filter((child) => localName(child) !== "custom" && listChildren(child).length === 0);
  return Object.fromEntries(plain.map((child) => [localName(child), readValue(child)]));
}

function readValue(of: XmlElement): MetadataValue {
  const text = textOf(of);
  switch (of.attributes.get("type") ?? "") {
    case "int":
    case "float":
      return Number.isFinite(Number(text)) && text !== "" ? Number(text) : text;
    case "bool":
      return text.toLowerCase() === "true";
    default:
      return text;
  }
}

function formatCustom(custom: Readonly<Record<string, string>>): XmlElement {
  return element(
    prefixed("custom"),
    {},
    Object.entries(custom).map(([name, value]) => element(prefixed(name), {}, [value])),
  );
}

function readCustom(parent: XmlElement): Record<string, string> | undefined {
  const custom = listChildren(parent).find((child) => localName(child) === "custom");
  if (custom === undefined) return undefined;
  return Object.fromEntries(listChildren(custom).map((child) => [localName(child), textOf(child)]));
}

function prefixed(name: string): string {
  return `${vmMetadataPrefix}:${name}`;
}
