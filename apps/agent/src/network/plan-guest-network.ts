import { overlaps, parseIpv4, type Subnet } from "./subnet.ts";

/** A network that libvirt knows. */
export interface KnownNetwork {
  readonly name: string;
  readonly isActive: boolean;
  readonly bridge?: string;
  readonly subnets: readonly Subnet[];
}

/** Everything the choice of a network for guests depends on. */
export interface GuestNetworkView {
  readonly wanted: string;
  readonly networks: readonly KnownNetwork[];
  /** Subnets in use on this host: its addresses and routes. */
  readonly usedSubnets: readonly Subnet[];
  /** Names of network interfaces of this host. */
  readonly interfaces: readonly string[];
}

export interface NewNatNetwork {
  readonly name: string;
  readonly bridge: string;
  readonly gateway: string;
  readonly netmask: string;
  readonly firstAddress: string;
  readonly lastAddress: string;
}

export type GuestNetworkPlan =
  | { readonly do: "nothing" }
  | { readonly do: "start"; readonly name: string }
  | { readonly do: "create"; readonly network: NewNatNetwork }
  | { readonly do: "refuse"; readonly because: string };

/** Tried in this order; 192.168.122.0/24 is left to libvirt's own default network. */
const FIRST_THIRD_OCTET = 130;
const LAST_THIRD_OCTET = 250;
const BRIDGES_MAX = 100;

/**
 * What must be done so that guests have the network `wanted`. A network that exists is at most started; only one
 * that does not exist is made, on a subnet and a bridge that nobody uses. Networks of others are never changed.
 */
export function planGuestNetwork(view: GuestNetworkView): GuestNetworkPlan {
  const known = view.networks.find((network) => network.name === view.wanted);
  if (known !== undefined) return known.isActive ? { do: "nothing" } : { do: "start", name: known.name };

  const third = findFreeThirdOctet([...view.usedSubnets, ...view.networks.flatMap((network) => network.subnets)]);
  if (third === undefined) {
    return { do: "refuse", because: "no subnet between 192.168.130.0/24 and 192.168.250.0/24 is free on this host" };
  }
  const taken = new Set([...view.interfaces, ...view.networks.flatMap((network) => network.bridge ?? [])]);
  const bridge = Array.from({ length: BRIDGES_MAX }, (_, n) => `yagbr${n}`).find((name) => !taken.has(name));
  if (bridge === undefined)
    return { do: "refuse", because: `the bridge names yagbr0 to yagbr${BRIDGES_MAX - 1} are taken` };

  return {
    do: "create",
    network: {
      name: view.wanted,
      bridge,
      gateway: `192.168.${third}.1`,
      netmask: "255.255.255.0",
      firstAddress: `192.168.${third}.2`,
      lastAddress: `192.168.${third}.254`,
    },
  };
}

function findFreeThirdOctet(used: readonly Subnet[]): number | undefined {
  for (let third = FIRST_THIRD_OCTET; third <= LAST_THIRD_OCTET; third++) {
    const candidate = { address: parseIpv4(`192.168.${third}.0`), prefixLength: 24 };
    if (!used.some((subnet) => overlaps(subnet, candidate))) return third;
  }
  return undefined;
}
