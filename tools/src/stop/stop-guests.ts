import { findLibvirtd, type LibvirtDaemon, startPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import {
  type Connection,
  connect,
  type Domain,
  isNoDomain,
  isNoNetwork,
  type Network,
  VIR_CONNECT_LIST_DOMAINS_ACTIVE,
  VIR_DOMAIN_UNDEFINE_NVRAM,
} from "@yagura/libvirt";
import { poll } from "@yagura/std/poll.ts";
import type { Layout } from "../start/layout.ts";
import { hasLeftOvers } from "./left-overs.ts";

/** How long a guest may take to shut down before its power is cut. */
const shutdownMs = 30_000;

/** Guests of ours have this in their metadata; whose disks lie below the data directory are the ones we started. */
const metadataNamespace = "http://ovirt.org/vm/1.0";

/** What was found, and has been ended. */
export interface StoppedGuests {
  /** The libvirtd they ran on, if one runs. */
  readonly daemon: LibvirtDaemon | undefined;
  readonly count: number;
}

/**
 * Shuts down the guests whose disks lie below the data directory, and cuts the power of those that do not follow.
 * Other guests of the same libvirtd are none of our business. Guests outlive a libvirtd of ours that was killed: then
 * it is started once more, to end them.
 */
export async function stopGuests(layout: Layout, say: (line: string) => void): Promise<StoppedGuests> {
  const daemon = (await hasLeftOvers(layout.libvirt))
    ? await startPrivateLibvirtd(layout.libvirt)
    : await findLibvirtd(layout.libvirt);
  if (daemon === undefined) return { daemon, count: 0 };
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  const guests = await listGuests(connection, layout);
  await Promise.all(guests.map((guest) => stopGuest(connection, guest, say)));
  if (daemon.isOurs) await endNetwork(connection, daemon);
  return { daemon, count: guests.length };
}

/** Forgets what libvirt keeps of our guests and our network, before their data are removed. */
export async function forgetGuests(daemon: LibvirtDaemon, layout: Layout): Promise<void> {
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  for (const dom of await listGuests(connection, layout, { alsoInactive: true })) {
    await connection.remote.domainUndefineFlags({ dom, flags: VIR_DOMAIN_UNDEFINE_NVRAM }).catch(ignore(isNoDomain));
  }
  const net = await endNetwork(connection, daemon);
  if (net !== undefined) await connection.remote.networkUndefine({ net });
}

/**
 * Ends the guests' network: its bridge and its DHCP server would outlive libvirtd. It stays while other guests use it
 * (those of another data centre on the machine's libvirtd).
 * @returns the network, which is inactive now, or nothing if there is none or it is in use
 */
async function endNetwork(connection: Connection, daemon: LibvirtDaemon): Promise<Network | undefined> {
  if (daemon.uri === "qemu:///session") return undefined;
  const { remote } = connection;
  try {
    const { net } = await remote.networkLookupByName({ name: "yagura" });
    if ((await remote.networkIsActive({ net })).active === 0) return net;
    if ((await remote.networkListAllPorts({ network: net, needResults: 1, flags: 0 })).ports.length > 0)
      return undefined;
    await remote.networkDestroy({ net });
    return net;
  } catch (error) {
    ignore(isNoNetwork)(error);
    return undefined;
  }
}

async function listGuests(
  connection: Connection,
  layout: Layout,
  { alsoInactive = false } = {},
): Promise<readonly Domain[]> {
  const flags = alsoInactive ? 0 : VIR_CONNECT_LIST_DOMAINS_ACTIVE;
  const { domains } = await connection.remote.connectListAllDomains({ needResults: 1, flags });
  const ours: Domain[] = [];
  for (const dom of domains) {
    const { xml } = await connection.remote.domainGetXmlDesc({ dom, flags: 0 });
    if (xml.includes(metadataNamespace) && xml.includes(`'${layout.root}/`)) ours.push(dom);
  }
  return ours;
}

async function stopGuest(connection: Connection, dom: Domain, say: (line: string) => void): Promise<void> {
  say(`shutting down ${dom.name}`);
  const isDown = async (): Promise<boolean> => {
    const { domains } = await connection.remote.connectListAllDomains({
      needResults: 1,
      flags: VIR_CONNECT_LIST_DOMAINS_ACTIVE,
    });
    return !domains.some((other) => other.name === dom.name);
  };
  try {
    await connection.remote.domainShutdownFlags({ dom, flags: 0 });
    await poll(`${dom.name} to shut down`, isDown, { timeoutMs: shutdownMs, everyMs: 250 });
  } catch (error) {
    if (isNoDomain(error) || (await isDown())) return;
    say(`${dom.name} does not shut down; its power is cut`);
    await connection.remote.domainDestroyFlags({ dom, flags: 0 }).catch(async (error: unknown) => {
      // It went down after all, just now.
      if (!isNoDomain(error) && !(await isDown())) throw error;
    });
  }
}

/** A handler for errors of one expected kind; others go on. */
function ignore(isExpected: (error: unknown) => boolean): (error: unknown) => void {
  return (error) => {
    if (!isExpected(error)) throw error;
  };
}
