import type {
  Ip,
  NetworkAttachment as RestAttachment,
  HostNic as RestNic,
  NumaNode as RestNumaNode,
  UnmanagedNetwork as RestUnmanagedNetwork,
} from "@yagura/rest-model";
import type { HostId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import type { HostAddresses, HostNetwork, HostNic, HostNumaNode } from "../../domain/host/host-equipment.ts";
import type { Network } from "../../domain/network/network.ts";
import { derivedId } from "../derived-id.ts";
import type { Links } from "../links.ts";

const MEGABIT = 1_000_000;

/** A network of the host with what the Manager calls it; `known` is missing of one that is not the Manager's. */
export interface SeenNetwork {
  readonly seen: HostNetwork;
  readonly known?: Network;
}

export function nicId(hostId: HostId, nicName: string): string {
  return derivedId(hostId, "nic", nicName);
}

export function numaNodeId(hostId: HostId, index: number): string {
  return derivedId(hostId, "numa node", String(index));
}

/** @param carried What leaves the host over it: the address that a bridge took from it is its address. */
export function renderHostNic(hostId: HostId, nic: HostNic, carried: readonly SeenNetwork[], links: Links): RestNic {
  const [network] = carried;
  const addresses = nic.ipv4 === undefined && network !== undefined ? network.seen : nic;
  return {
    ...links.of("host_nic", "hosts", hostId, "nics", nicId(hostId, nic.name)),
    name: nic.name,
    ...(network !== undefined && { bridged: network.seen.isBridged }),
    ...renderAddresses(addresses),
    ...(nic.macAddress !== undefined && { mac: { address: nic.macAddress } }),
    ...(nic.mtuBytes !== undefined && { mtu: nic.mtuBytes }),
    ...(nic.speedMbps !== undefined && { speed: nic.speedMbps * MEGABIT }),
    host: links.ref("hosts", hostId),
    ...(network?.known !== undefined && { network: links.ref("networks", network.known.id) }),
  };
}

export function renderNetworkAttachment(
  hostId: HostId,
  { seen, known }: { readonly seen: HostNetwork; readonly known: Network },
  links: Links,
  place: readonly string[] = [],
): RestAttachment {
  const { ip, ipv6 } = renderAddresses(seen);
  const assigned = [ip, ipv6].flatMap((each) => (each === undefined ? [] : [{ ip: each }]));
  return {
    ...links.ref("hosts", hostId, ...place, "networkattachments", derivedId(hostId, "network attachment", known.id)),
    ...(assigned.length > 0 && { ip_address_assignments: assigned }),
    host: links.ref("hosts", hostId),
    ...(seen.nicName !== undefined && { host_nic: refNic(hostId, seen.nicName, links) }),
    network: links.ref("networks", known.id),
  };
}

/** Its id is its name in hexadecimal, as oVirt's. */
export function renderUnmanagedNetwork(hostId: HostId, seen: HostNetwork, links: Links): RestUnmanagedNetwork {
  return {
    ...links.ref("hosts", hostId, "unmanagednetworks", Buffer.from(seen.name).toString("hex")),
    name: seen.name,
    host: links.ref("hosts", hostId),
    ...(seen.nicName !== undefined && { host_nic: refNic(hostId, seen.nicName, links) }),
  };
}

export function renderNumaNode(hostId: HostId, node: HostNumaNode, links: Links): RestNumaNode {
  return {
    ...links.of("host_numa_node", "hosts", hostId, "numanodes", numaNodeId(hostId, node.index)),
    cpu: { cores: node.cpus.map((index) => ({ index })) },
    index: node.index,
    memory: Math.floor(node.memoryBytes / MiB),
    host: links.ref("hosts", hostId),
  };
}

function refNic(hostId: HostId, nicName: string, links: Links) {
  return links.ref("hosts", hostId, "nics", nicId(hostId, nicName));
}

function renderAddresses({ ipv4, ipv6: [first] }: HostAddresses): { ip?: Ip; ipv6?: Ip } {
  return {
    ...(ipv4 !== undefined && { ip: { ...ipv4, version: "v4" as const } }),
    ...(first !== undefined && { ipv6: { address: first, version: "v6" as const } }),
  };
}
