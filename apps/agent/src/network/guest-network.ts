import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import type { NicSource } from "@yagura/domain-xml";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { Log } from "@yagura/std/log.ts";
import { parseProcNetDev } from "./interfaces.ts";
import { type KnownNetwork, type NewNatNetwork, planGuestNetwork } from "./plan-guest-network.ts";
import { parseIpv4, parseProcNetRoute, prefixOfMask, type Subnet } from "./subnet.ts";

/** How the networks of VMs are realised on this host. */
export type GuestNetwork =
  | { readonly kind: "network"; readonly name: string }
  | { readonly kind: "bridge"; readonly name: string }
  | { readonly kind: "user" };

/** The guests' network cannot be had. */
export class CannotEnsureGuestNetwork extends Error {
  override readonly name = "CannotEnsureGuestNetwork";
}

/** What is needed of libvirt's networks. */
export interface LibvirtNetworks {
  listNetworks(): Promise<KnownNetwork[]>;
  /** Defines a network for good and lets it start with the host. */
  defineNetwork(network: NewNatNetwork): Promise<void>;
  startNetwork(name: string): Promise<void>;
}

/** "network:NAME", "bridge:NAME" or "user"; `undefined` for anything else. */
export function findGuestNetwork(text: string): GuestNetwork | undefined {
  if (text === "user") return { kind: "user" };
  const match = /^(network|bridge):([A-Za-z0-9_.-]{1,63})$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  return { kind: match[1] === "bridge" ? "bridge" : "network", name: match[2] };
}

/** What a guest's NIC is plugged into. */
export function nicSourceOf(network: GuestNetwork): NicSource {
  switch (network.kind) {
    case "network":
      return { kind: "network", network: network.name };
    case "bridge":
      return { kind: "bridge", bridge: network.name };
    case "user":
      return { kind: "user" };
  }
}

/** Makes sure that the guests' network is there and running. @throws CannotEnsureGuestNetwork */
export type EnsureGuestNetwork = (libvirt: LibvirtNetworks) => Promise<void>;

/** Guests that start at the same time take turns: the second finds the network that the first has made. */
export function ensureInTurn(network: GuestNetwork, log: Log): EnsureGuestNetwork {
  const queue = new KeyedQueue<"network">();
  return (libvirt) => queue.run("network", () => ensureGuestNetwork(network, libvirt, log));
}

/** Bridges belong to the administrator and are only used. */
async function ensureGuestNetwork(network: GuestNetwork, libvirt: LibvirtNetworks, log: Log): Promise<void> {
  if (network.kind !== "network") return;
  try {
    const [networks, usedSubnets, devices] = await Promise.all([
      libvirt.listNetworks(),
      readUsedSubnets(),
      readFile("/proc/net/dev", "utf8"),
    ]);
    // Not of `networkInterfaces()`: it leaves out those without a carrier, such as the bridge of a network without guests.
    const interfaces = parseProcNetDev(devices);
    const plan = planGuestNetwork({ wanted: network.name, networks, usedSubnets, interfaces });
    switch (plan.do) {
      case "nothing":
        return;
      case "refuse":
        throw new Error(plan.because);
      case "create":
        log.info("making a NAT network for guests", { network: plan.network });
        await libvirt.defineNetwork(plan.network);
        break;
      case "start":
        log.info("starting the guests' network", { network: plan.name });
    }
    await libvirt.startNetwork(network.name);
  } catch (cause) {
    throw new CannotEnsureGuestNetwork(`cannot get the guests' network ${network.name} running`, { cause });
  }
}

/** Subnets that this host has addresses in or routes to. */
async function readUsedSubnets(): Promise<Subnet[]> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => address.family === "IPv4")
    .map((address) => ({ address: parseIpv4(address.address), prefixLength: prefixOfMask(address.netmask) }));
  return [...addresses, ...parseProcNetRoute(await readFile("/proc/net/route", "utf8"))];
}
