import { optional } from "../optional.ts";
import { attributeOf, element, findChild, listChildren, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";
import { type BootableDevice, formatAlias, formatBootOrder, readAlias, readBootOrder } from "./device.ts";

/** What a NIC is plugged into: a bridge of the host, a network of libvirt, or QEMU's own user-mode network. */
export type NicSource =
  | { readonly kind: "bridge"; readonly bridge: string }
  | { readonly kind: "network"; readonly network: string }
  | { readonly kind: "user" };

export interface Nic extends BootableDevice {
  /** "56:6f:11:22:33:44" */
  readonly mac: string;
  readonly source: NicSource;
  readonly model: "virtio" | "e1000e" | "rtl8139";
  readonly isLinkUp?: boolean;
  readonly mtuBytes?: number;
  /** A network filter of libvirt, such as `vdsm-no-mac-spoofing`. */
  readonly filter?: string;
  /** What the filter is told: its variables, such as `IP`; one may come several times. */
  readonly filterParameters?: readonly FilterParameter[];
  readonly bandwidth?: { readonly inbound?: BandwidthLimit; readonly outbound?: BandwidthLimit };
}

export interface FilterParameter {
  readonly name: string;
  readonly value: string;
}

/** In libvirt's units: kilobytes per second, and kilobytes in a burst. */
export interface BandwidthLimit {
  readonly average: number;
  readonly peak: number;
  readonly burst: number;
}

export function formatNic(nic: Nic): XmlElement {
  return element("interface", { type: nic.source.kind }, [
    element("mac", { address: nic.mac }),
    formatNicSource(nic.source),
    element("model", { type: nic.model }),
    nic.isLinkUp === undefined ? undefined : element("link", { state: nic.isLinkUp ? "up" : "down" }),
    nic.mtuBytes === undefined ? undefined : element("mtu", { size: nic.mtuBytes }),
    nic.filter === undefined
      ? undefined
      : element("filterref", { filter: nic.filter }, (nic.filterParameters ?? []).map(formatParameter)),
    formatBandwidth(nic),
    formatBootOrder(nic),
    formatAlias(nic),
  ]);
}

function formatParameter({ name, value }: FilterParameter): XmlElement {
  return element("parameter", { name, value });
}

function formatBandwidth({ bandwidth }: Nic): XmlElement | undefined {
  if (bandwidth?.inbound === undefined && bandwidth?.outbound === undefined) return undefined;
  const { inbound, outbound } = bandwidth;
  return element("bandwidth", {}, [
    inbound && element("inbound", { ...inbound }),
    outbound && element("outbound", { ...outbound }),
  ]);
}

function readBandwidth(from: XmlElement): Pick<Nic, "bandwidth"> {
  const bandwidth = findChild(from, "bandwidth");
  if (bandwidth === undefined) return {};
  const [inbound, outbound] = [readLimit(bandwidth, "inbound"), readLimit(bandwidth, "outbound")];
  return { bandwidth: { ...(inbound !== undefined && { inbound }), ...(outbound !== undefined && { outbound }) } };
}

/** libvirt leaves out what is zero. */
function readLimit(bandwidth: XmlElement, direction: "inbound" | "outbound"): BandwidthLimit | undefined {
  const limit = findChild(bandwidth, direction);
  if (limit === undefined) return undefined;
  const read = (name: string) => Number(attributeOf(limit, name) ?? 0);
  return { average: read("average"), peak: read("peak"), burst: read("burst") };
}

function readParameters(from: XmlElement): Pick<Nic, "filterParameters"> {
  const filter = findChild(from, "filterref");
  const parameters = (filter === undefined ? [] : listChildren(filter))
    .filter((child) => child.name === "parameter")
    .map((child) => ({ name: attributeOf(child, "name") ?? "", value: attributeOf(child, "value") ?? "" }));
  return parameters.length === 0 ? {} : { filterParameters: parameters };
}

/** The `<source>` of an interface; user-mode networking has none. */
export function formatNicSource(source: NicSource): XmlElement | undefined {
  switch (source.kind) {
    case "bridge":
      return element("source", { bridge: source.bridge });
    case "network":
      return element("source", { network: source.network });
    case "user":
      return undefined;
  }
}

/** `undefined` for kinds of interfaces that we do not make (host devices, direct, …). */
export function readNicSource(from: XmlElement): NicSource | undefined {
  const source = findChild(from, "source");
  switch (attributeOf(from, "type") ?? "") {
    case "bridge":
      return { kind: "bridge", bridge: attributeOf(source, "bridge") ?? "" };
    case "network":
      return { kind: "network", network: attributeOf(source, "network") ?? "" };
    case "user":
      return { kind: "user" };
    default:
      return undefined;
  }
}

export function readNic(from: XmlElement): Nic | undefined {
  const source = readNicSource(from);
  const mac = attributeOf(findChild(from, "mac"), "address");
  const model = oneOf(attributeOf(findChild(from, "model"), "type"), ["virtio", "e1000e", "rtl8139"]);
  if (source === undefined || mac === undefined || model === undefined) return undefined;
  const link = attributeOf(findChild(from, "link"), "state");
  const mtu = attributeOf(findChild(from, "mtu"), "size");
  const filter = attributeOf(findChild(from, "filterref"), "filter");
  return {
    mac: mac.toLowerCase(),
    source,
    model,
    ...(link !== undefined && { isLinkUp: link === "up" }),
    ...(mtu !== undefined && { mtuBytes: Number(mtu) }),
    ...optional("filter", filter),
    ...readParameters(from),
    ...readBandwidth(from),
    ...readBootOrder(from),
    ...readAlias(from),
  };
}
