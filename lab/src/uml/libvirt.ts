// libvirtd on a host of the lab that has a kernel of its own.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "@yagura/std/path-exists.ts";
import { writeFileAtomically } from "@yagura/std/write-file-atomically.ts";
import { umlCapabilitiesCache } from "../cache-directory.ts";
import type { UmlHost } from "./uml-host.ts";

/** Programs that the hosts need for it, for `whyNoUml`. */
export const libvirtPrograms = {
  "/usr/sbin/libvirtd": "libvirt-daemon",
  "/usr/bin/qemu-system-x86_64": "qemu-system-x86",
};

/** What QEMU can do, as libvirt found out; it looks for itself whether that still holds. */
const capabilitiesFolder = "/var/cache/libvirt/qemu/capabilities";

export interface LibvirtOptions {
  /** A folder on a disk of the host's own, for what libvirt must not forget. */
  readonly folder: string;
  readonly hostUuid: string;
}

/**
 * Starts virtlogd and libvirtd, `qemu:///system` with the usual socket. Guests run as 36:36, as the owner of all files of
 * storage domains. What an earlier host found out about QEMU is there, because that takes most of a minute.
 */
export async function startLibvirt(host: UmlHost, { folder, hostUuid }: LibvirtOptions): Promise<void> {
  for (const name of ["lib", "cache", "log"]) {
    const path = `/var/${name}/libvirt`;
    await host.run("mkdir", ["-p", path, `${folder}/${name}`]);
    await host.run("mount", ["--bind", `${folder}/${name}`, path]);
  }
  await host.run("mount", ["-t", "tmpfs", "tmpfs", "/etc/libvirt"]);
  await host.run("mkdir", ["-p", "/etc/libvirt/qemu/networks", capabilitiesFolder]);
  await host.writeFile("/etc/libvirt/libvirtd.conf", daemonConfiguration(hostUuid));
  await host.writeFile("/etc/libvirt/qemu.conf", qemuConfiguration);
  const known = umlCapabilitiesCache();
  if (await pathExists(known)) await host.run("cp", ["-r", `${known}/.`, capabilitiesFolder]);
  for (const daemon of ["virtlogd", "libvirtd"]) await host.run(daemon, ["-d"]);
}

/** Has libvirt find out about QEMU, if it does not know yet, and keeps that for later hosts. */
export async function keepCapabilities(host: UmlHost): Promise<void> {
  const known = umlCapabilitiesCache();
  await host.run("virsh", ["-c", "qemu:///system", "domcapabilities"], { timeoutMs: 240_000 });
  const names = (await host.run("ls", [capabilitiesFolder])).stdout.split("\n").filter((name) => name.endsWith(".xml"));
  await mkdir(known, { recursive: true });
  for (const name of names) {
    const { stdout } = await host.run("cat", [join(capabilitiesFolder, name)]);
    await writeFileAtomically(join(known, name), stdout, 0o644);
  }
}

/** Whether some host has found out about QEMU before; libvirt decides whether it still holds. */
export async function areCapabilitiesKnown(): Promise<boolean> {
  return (await readdir(umlCapabilitiesCache()).catch(() => [])).length > 0;
}

function daemonConfiguration(hostUuid: string): string {
  return [
    'auth_unix_rw = "none"',
    'unix_sock_group = "root"',
    `host_uuid = "${hostUuid}"`,
    'log_outputs = "3:file:/var/log/libvirt/libvirtd.log"',
    "",
  ].join("\n");
}

const qemuConfiguration = [
  'security_driver = "none"',
  'user = "+36"',
  'group = "+36"',
  "remember_owner = 0",
  "namespaces = []",
  "cgroup_controllers = []",
  "",
].join("\n");
