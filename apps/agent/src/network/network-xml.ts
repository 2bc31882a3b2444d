import { attributeOf, element, findChild, formatXml, listChildren, parseXml } from "@yagura/domain-xml";
import type { KnownNetwork, NewNatNetwork } from "./plan-guest-network.ts";
import { parseIpv4, prefixOfMask, type Subnet } from "./subnet.ts";

/** libvirt's document of a NAT network with DHCP. */
export function formatNatNetwork(network: NewNatNetwork): string {
  return formatXml(
    element("network", {}, [
      element("name", {}, [network.name]),
      element("forward", { mode: "nat" }),
      element("bridge", { name: network.bridge, stp: "on", delay: 0 }),
      element("ip", { address: network.gateway, netmask: network.netmask }, [
        element("dhcp", {}, [element("range", { start: network.firstAddress, end: network.lastAddress })]),
      ]),
    ]),
  );
}

/** Reads what the choice of a subnet needs from libvirt's description of a network. */
export function parseNetworkXml(text: string): Pick<KnownNetwork, "bridge" | "subnets"> {
  const network = parseXml(text);
  const bridge = attributeOf(findChild(network, "bridge"), "name");
  const subnets = listChildren(network, "ip").flatMap((ip): Subnet[] => {
    const address = attributeOf(ip, "address");
    if (address === undefined || (attributeOf(ip, "family") ?? "ipv4") !== "ipv4") return [];
    const prefix = attributeOf(ip, "prefix");
    const prefixLength =
      prefix === undefined ? prefixOfMask(attributeOf(ip, "netmask") ?? "255.255.255.0") : Number(prefix);
    return [{ address: parseIpv4(address), prefixLength }];
  });
  return { subnets, ...(bridge !== undefined && { bridge }) };
}
