// sanlock's daemon on hosts of the lab, with its watchdog, and its program `sanlock` to try leases with.
import { poll } from "@yagura/std/poll.ts";
import type { UmlHost } from "./uml-host.ts";

/** Programs that the hosts need for it, for `whyNoUml`. */
export const sanlockPrograms = { "/usr/sbin/sanlock": "sanlock", "/usr/sbin/wdmd": "sanlock" };

/** The user and group that may do with leases of file domains what sanlock does: 36:36, as on hosts of oVirt. */
export const storageUser = "vdsm";

/**
 * The kernel's watchdog in software, the daemon that feeds it, and sanlock on top: a host that loses its leases is reset.
 * @param user root, or `storageUser`, which is made for it: then leases on an export that makes root nobody are reached
 */
export async function startSanlock(host: UmlHost, user: "root" | typeof storageUser = "root"): Promise<void> {
  await host.run("modprobe", ["softdog"]);
  await host.run("mkdir", ["-p", "/run/wdmd", "/run/sanlock"]);
  if (user !== "root") {
    await host.run("tee", ["-a", "/etc/passwd"], { input: `${user}:x:36:36::/:/usr/sbin/nologin\n` });
    await host.run("tee", ["-a", "/etc/group"], { input: `${user}:x:36:\n` });
  }
  await host.run("wdmd", ["-G", user]);
  await host.run("sanlock", ["daemon", "-w", "1", "-e", host.name, "-U", user, "-G", user]);
}

/** Where a lockspace is, and how long its hosts wait for their storage. */
export interface Lockspace {
  readonly name: string;
  readonly path: string;
  /** Leases count as lost after 8 of it, a host as dead 60 s later. */
  readonly ioTimeoutSeconds: number;
}

export interface Resource {
  readonly lockspace: Lockspace;
  readonly name: string;
  readonly path: string;
  readonly offset: number;
}

/** Writes an empty lockspace; one host does it, once. */
export async function initLockspace(host: UmlHost, { name, path, ioTimeoutSeconds }: Lockspace): Promise<void> {
  await host.run("sanlock", ["direct", "init", "-s", `${name}:0:${path}:0`, "-o", `${ioTimeoutSeconds}`]);
}

/** Writes a free lease; one host does it, once. */
export async function initResource(host: UmlHost, resource: Resource): Promise<void> {
  await host.run("sanlock", ["direct", "init", "-r", describe(resource)]);
}

/** Returns when the host is a member; after a crash that takes until its old self counts as dead. */
export async function joinLockspace(host: UmlHost, id: number, lockspace: Lockspace): Promise<void> {
  const { name, path, ioTimeoutSeconds } = lockspace;
  await host.run("sanlock", ["client", "add_lockspace", "-s", `${name}:${id}:${path}:0`, "-o", `${ioTimeoutSeconds}`], {
    timeoutMs: 240_000,
  });
}

/**
 * Tries once to take a lease, and keeps it for a process that does nothing until the host is off.
 * False when another host has it.
 */
export async function takeResource(host: UmlHost, resource: Resource): Promise<boolean> {
  const log = `/run/lease-${resource.lockspace.name}-${resource.name}.log`;
  const keeper = await host.start("sanlock", acquire(resource, "/usr/bin/sleep", "infinity"), { log });
  return poll(
    `an answer about the lease ${resource.name}`,
    async () => {
      // With the lease sanlock's program becomes the other one; without it, it ends.
      const { code, stdout: name } = await host.run("cat", [`/proc/${keeper}/comm`], { okCodes: [0, 1] });
      if (code === 1) return { isOurs: false };
      return name.trim() === "sleep" && { isOurs: true };
    },
    { timeoutMs: 60_000, everyMs: 250 },
  ).then(({ isOurs }) => isOurs);
}

/**
 * Takes a lease for a moment, if it can be had. While its owner lives, that is known at once; when the owner has fallen
 * silent, sanlock waits until it counts as dead.
 */
export async function canTakeResource(host: UmlHost, resource: Resource): Promise<boolean> {
  const timeoutMs = 240_000;
  const { code } = await host.run("sanlock", acquire(resource, "/usr/bin/true"), { okCodes: [0, 1], timeoutMs });
  return code === 0;
}

function acquire(resource: Resource, ...command: readonly string[]): string[] {
  return ["client", "command", "-r", describe(resource), "-c", ...command];
}

function describe({ lockspace, name, path, offset }: Resource): string {
  return `${lockspace.name}:${name}:${path}:${offset}`;
}
