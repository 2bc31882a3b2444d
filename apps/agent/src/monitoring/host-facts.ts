import { readdir, readFile } from "node:fs/promises";
import { type NetworkInterfaceInfo, networkInterfaces, release } from "node:os";
import { join } from "node:path";
import { type CpuIdentity, parseCpuinfo, parseMeminfo, parseOsRelease } from "./proc-files.ts";

export interface HostNic {
  readonly name: string;
  readonly mac: string;
  readonly mtuBytes: number;
  readonly speedMbps: number;
  readonly isUp: boolean;
  readonly isBridge: boolean;
  readonly isPhysical: boolean;
  readonly ports: readonly string[];
  readonly ipv4: readonly { readonly address: string; readonly netmask: string }[];
  readonly ipv6: readonly string[];
}

/** What a host is, rather than what it does: changes seldom, read when somebody asks. */
export interface HostFacts {
  readonly cpu: CpuIdentity;
  readonly memoryBytes: number;
  readonly os: ReadonlyMap<string, string>;
  readonly kernel: string;
  readonly kernelArguments: string;
  readonly nics: readonly HostNic[];
  readonly nameservers: readonly string[];
  readonly bootId: string;
  /** Sizes of huge pages that the kernel has, in KiB. */
  readonly hugePagesKiB: readonly number[];
  readonly hasHardwareRng: boolean;
  readonly isNestedVirtualizationOn: boolean;
  readonly selinux: "enforcing" | "permissive" | "disabled";
  readonly iscsiInitiator: string;
}

export async function readHostFacts(): Promise<HostFacts> {
  const [cpuinfo, meminfo, os, args, resolv, bootId, hugePages, rng, nestedIntel, nestedAmd, selinux, iscsi] =
    await Promise.all([
      readText("/proc/cpuinfo"),
      readText("/proc/meminfo"),
      readText("/etc/os-release"),
      readText("/proc/cmdline"),
      readText("/etc/resolv.conf"),
      readText("/proc/sys/kernel/random/boot_id"),
      listDirectory("/sys/kernel/mm/hugepages"),
      readText("/sys/class/misc/hw_random/rng_current"),
      readText("/sys/module/kvm_intel/parameters/nested"),
      readText("/sys/module/kvm_amd/parameters/nested"),
      readText("/sys/fs/selinux/enforce"),
      readText("/etc/iscsi/initiatorname.iscsi"),
    ]);
  return {
    cpu: parseCpuinfo(cpuinfo),
    memoryBytes: parseMeminfo(meminfo).get("MemTotal") ?? 0,
    os: parseOsRelease(os),
    kernel: release(),
    kernelArguments: args.trim(),
    nics: await readNics(),
    nameservers: [...resolv.matchAll(/^nameserver\s+(\S+)/gm)].flatMap((match) => match[1] ?? []),
    bootId: bootId.trim(),
    hugePagesKiB: hugePages.flatMap((name) => /^hugepages-(\d+)kB$/.exec(name)?.[1] ?? []).map(Number),
    hasHardwareRng: !["", "none"].includes(rng.trim()),
    isNestedVirtualizationOn: [nestedIntel, nestedAmd].some((value) => ["1", "Y"].includes(value.trim())),
    selinux: selinux === "" ? "disabled" : selinux.trim() === "1" ? "enforcing" : "permissive",
    iscsiInitiator: /^InitiatorName=(\S+)/m.exec(iscsi)?.[1] ?? "",
  };
}

/** What tells that the network of this host changed: names and addresses of its interfaces. */
export function networkSignature(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): string {
  // Interfaces of guests come and go with them.
  const names = Object.keys(interfaces).filter((name) => !name.startsWith("vnet"));
  return names
    .sort()
    .map((name) => `${name}=${(interfaces[name] ?? []).map((address) => address.cidr).join(",")}`)
    .join(" ");
}

async function readNics(): Promise<HostNic[]> {
  const addresses = networkInterfaces();
  const names = (await listDirectory("/sys/class/net")).filter((name) => name !== "lo");
  return Promise.all(names.sort().map((name) => readNic(name, addresses[name] ?? [])));
}

async function readNic(name: string, addresses: readonly NetworkInterfaceInfo[]): Promise<HostNic> {
  const at = join("/sys/class/net", name);
  const [mac, mtu, speed, state, ports, bridge, device] = await Promise.all([
    readText(join(at, "address")),
    readText(join(at, "mtu")),
    readText(join(at, "speed")),
    readText(join(at, "operstate")),
    listDirectory(join(at, "brif")),
    listDirectory(join(at, "bridge")),
    listDirectory(join(at, "device")),
  ]);
  return {
    name,
    mac: mac.trim(),
    mtuBytes: Number(mtu) || 0,
    speedMbps: Math.max(0, Number(speed) || 0),
    isUp: state.trim() === "up" || state.trim() === "unknown",
    isBridge: bridge.length > 0,
    isPhysical: device.length > 0,
    ports,
    ipv4: addresses.filter((one) => one.family === "IPv4").map(({ address, netmask }) => ({ address, netmask })),
    ipv6: addresses.filter((one) => one.family === "IPv6").map((one) => one.cidr ?? one.address),
  };
}

/** What this kernel or machine does not have reads as empty. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}

async function listDirectory(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}
