import type { HostStats, NetInfoNetwork, NetInfoNic, VdsmCapabilities } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import type {
  HostAddresses,
  HostNetwork,
  HostNic,
  HostNicUse,
  HostNumaNode,
  HostNumaNodeUse,
} from "../domain/host/host-equipment.ts";
import { numberOr, toNumber } from "./numbers.ts";

/** More of one kind than a host has: what it says is kept in one document. */
const PARTS_MAX = 256;

export function readNics({ nics }: VdsmCapabilities): HostNic[] {
  return partsOf(nics).map(([name, nic]) => {
    const mtuBytes = toNumber(nic.mtu);
    return {
      name,
      ...(nic.hwaddr !== undefined && nic.hwaddr !== "" && { macAddress: nic.hwaddr }),
      ...(nic.speed !== undefined && nic.speed > 0 && { speedMbps: nic.speed }),
      ...(mtuBytes !== undefined && { mtuBytes }),
      ...readAddresses(nic),
    };
  });
}

export function readNetworks({ networks, nics }: VdsmCapabilities): HostNetwork[] {
  return partsOf(networks).map(([name, network]) => {
    const nicName = [network.southbound, network.iface, ...(network.ports ?? [])].find(
      (each) => each !== undefined && Object.hasOwn(nics, each),
    );
    return {
      name,
      isBridged: network.bridged,
      ...(nicName !== undefined && { nicName }),
      ...readAddresses(network),
    };
  });
}

export function readNumaNodes({ numaNodes = {} }: VdsmCapabilities): HostNumaNode[] {
  return partsOf(numaNodes).flatMap(([key, node]) => {
    const index = toNumber(key);
    if (index === undefined) return [];
    return [{ index, memoryBytes: numberOr(node.totalMemory, 0) * MiB, cpus: node.cpus ?? [] }];
  });
}

/** Of the interfaces that the host is known to have: bridges and the ends of VMs are left out. */
export function readNicUse({ network = {} }: HostStats, nics: readonly HostNic[]): HostNicUse[] {
  return nics.flatMap(({ name }) => {
    const counted = network[name];
    if (counted === undefined) return [];
    return [
      {
        name,
        receivedBytes: numberOr(counted.rx, 0),
        sentBytes: numberOr(counted.tx, 0),
        receivedErrors: numberOr(counted.rxErrors, 0),
        sentErrors: numberOr(counted.txErrors, 0),
        receivedDropped: numberOr(counted.rxDropped, 0),
        sentDropped: numberOr(counted.txDropped, 0),
      },
    ];
  });
}

/** Nothing unless each of the nodes was measured: a host that tells one number for all has not looked at them. */
export function readNumaNodeUse(
  { numaNodeMemFree = {} }: HostStats,
  nodes: readonly HostNumaNode[],
): HostNumaNodeUse[] {
  const measured = nodes.flatMap(({ index }) => {
    const memFree = toNumber(numaNodeMemFree[String(index)]?.memFree);
    return memFree === undefined ? [] : [{ index, memoryFreeBytes: memFree * MiB }];
  });
  return measured.length === nodes.length ? measured : [];
}

function readAddresses({ addr, netmask, gateway, ipv6addrs = [] }: NetInfoNic | NetInfoNetwork): HostAddresses {
  return {
    ...(isSaid(addr) && {
      ipv4: { address: addr, ...(isSaid(netmask) && { netmask }), ...(isSaid(gateway) && { gateway }) },
    }),
    ipv6: ipv6addrs.slice(0, PARTS_MAX).map((address) => address.split("/")[0] ?? address),
  };
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function partsOf<T>(parts: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(parts).slice(0, PARTS_MAX);
}
