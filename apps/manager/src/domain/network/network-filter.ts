import type { Id } from "@yagura/std/ids.ts";

export type NetworkFilterId = Id<"network-filter">;

/** What libvirt lets a VM's NIC send and receive, by libvirt's name. */
export interface NetworkFilter {
  readonly id: NetworkFilterId;
  readonly name: string;
  /** Clusters of this compatibility version and later have it. */
  readonly version: string;
}

/** The filter of profiles that are made without saying which: nobody sends in the name of another MAC address. */
export const defaultNetworkFilter = "vdsm-no-mac-spoofing";

/** The filters that come with libvirt, and the default one. Only that one has the same id in every oVirt. */
export const networkFilters: readonly NetworkFilter[] = [
  filter("d2370ab4-fee3-11e9-a310-8c1645ce738e", "vdsm-no-mac-spoofing", "3.2"),
  filter("00000000-0000-4000-8000-6e6574000001", "allow-arp", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000002", "allow-dhcp", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000003", "allow-dhcp-server", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000004", "allow-incoming-ipv4", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000005", "allow-ipv4", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000006", "clean-traffic", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000007", "clean-traffic-gateway", "4.2"),
  filter("00000000-0000-4000-8000-6e6574000008", "no-arp-ip-spoofing", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000009", "no-arp-mac-spoofing", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000a", "no-arp-spoofing", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000b", "no-ip-multicast", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000c", "no-ip-spoofing", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000d", "no-mac-broadcast", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000e", "no-mac-spoofing", "3.6"),
  filter("00000000-0000-4000-8000-6e657400000f", "no-other-l2-traffic", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000010", "no-other-rarp-traffic", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000011", "qemu-announce-self", "3.6"),
  filter("00000000-0000-4000-8000-6e6574000012", "qemu-announce-self-rarp", "3.6"),
];

export function findNetworkFilter(name: string): NetworkFilter | undefined {
  return networkFilters.find((each) => each.name === name);
}

function filter(id: string, name: string, version: string): NetworkFilter {
  return { id: id as NetworkFilterId, name, version };
}
