import { findLibvirtd, type LibvirtDaemon } from "@yagura/lab/private-libvirtd.ts";
import {
  type Connection,
  connect,
  type Domain,
  isNoDomain,
  isNoNetwork,
  VIR_CONNECT_LIST_DOMAINS_ACTIVE,
  VIR_DOMAIN_UNDEFINE_NVRAM,
} from "@yagura/libvirt";
import { poll } from "@yagura/std/poll.ts";
import type { Layout } from "../start/layout.ts";

/** How long a guest may take to shut down before its power is cut. */
const shutdownMs = 30_000;

/** Guests of ours have this in their metadata; whose disks lie below the data directory are the ones we started. */
const metadataNamespace = "http://ovirt.org/vm/1.0";

/**
 * Shuts down the guests whose disks lie below the data directory, and cuts the power of those that do not follow.
 * Other guests of the same libvirtd are none of our business.
 * @returns the libvirtd they ran on, if one runs
 */
export async function stopGuests(layout: Layout, say: (line: string) => void): Promise<LibvirtDaemon | undefined> {
  const daemon = await findLibvirtd(layout.libvirt);
  if (daemon === undefined) return undefined;
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  const guests = await listGuests(connection, layout);
  await Promise.all(guests.map((guest) => stopGuest(connection, guest, say)));
  return daemon;
}

/** Forgets what libvirt keeps of our guests and our network, before their data are removed. */
export async function forgetGuests(daemon: LibvirtDaemon, layout: Layout): Promise<void> {
  await using connection = await connect({ uri: daemon.uri, socketPath: daemon.socketPath });
  for (const dom of await listGuests(connection, layout, { alsoInactive: true })) {
    await connection.remote.domainUndefineFlags({ dom, flags: VIR_DOMAIN_UNDEFINE_NVRAM }).catch(ignore(isNoDomain));
  }
  if (daemon.uri === "qemu:///session") return;
  try {
    const { net } = await connection.remote.networkLookupByName({ name: "yagura" });
    await connection.remote.networkDestroy({ net }).catch(() => undefined); // It may be inactive already.
    await connection.remote.networkUndefine({ net });
  } catch (error) {
    ignore(isNoNetwork)(error);
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
    await connection.remote.domainDestroyFlags({ dom, flags: 0 }).catch(ignore(isNoDomain));
  }
}

/** A handler for errors of one expected kind; others go on. */
function ignore(isExpected: (error: unknown) => boolean): (error: unknown) => void {
  return (error) => {
    if (!isExpected(error)) throw error;
  };
}
