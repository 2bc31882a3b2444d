import type { StatsRow } from "./vm-usage.ts";

export interface GuestNic {
  readonly name: string;
  readonly mac: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface GuestFileSystem {
  readonly mountPoint: string;
  readonly type: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/** What the QEMU guest agent says of its guest. Every part may be missing: the guest decides what it answers. */
export interface GuestData {
  readonly agentVersion?: string;
  readonly hostName?: string;
  readonly os?: {
    readonly id: string;
    readonly name: string;
    readonly prettyName: string;
    readonly version: string;
    readonly versionId: string;
    readonly kernel: string;
    readonly machine: string;
  };
  readonly timezone?: { readonly name: string; readonly offsetSeconds: number };
  readonly nics?: readonly GuestNic[];
  readonly users?: readonly string[];
  readonly fileSystems?: readonly GuestFileSystem[];
  readonly onlineVcpus?: number;
}

/** The guest says how many of each there are; we keep at most so many. */
const LIST_MAX = 256;
/** A text of the guest is cut here: it goes to people and into other programs. */
const TEXT_MAX = 1024;

/** Reads the parameters of libvirt's guest information. They come from inside the guest, so nothing is trusted. */
export function readGuestInfo(row: StatsRow): GuestData {
  const hostName = text(row, "hostname");
  return {
    ...(hostName !== "" && { hostName }),
    ...(hasAny(row, "os.") && { os: readOs(row) }),
    ...(hasAny(row, "timezone.") && {
      timezone: { name: text(row, "timezone.name"), offsetSeconds: int(row, "timezone.offset") },
    }),
    ...(row["if.count"] !== undefined && { nics: list(row, "if").flatMap((at) => readNic(row, at) ?? []) }),
    ...(row["user.count"] !== undefined && { users: list(row, "user").map((at) => text(row, `${at}.name`)) }),
    ...(row["fs.count"] !== undefined && { fileSystems: list(row, "fs").map((at) => readFileSystem(row, at)) }),
  };
}

/** The addresses by which somebody else can reach the guest: no link-local ones. */
export function reachableAddresses(nics: readonly GuestNic[]): string[] {
  return nics.flatMap((nic) => [...nic.ipv4, ...nic.ipv6]).filter((address) => !/^(169\.254\.|fe80:)/i.test(address));
}

function readOs(row: StatsRow) {
  return {
    id: text(row, "os.id"),
    name: text(row, "os.name"),
    prettyName: text(row, "os.pretty-name"),
    version: text(row, "os.version"),
    versionId: text(row, "os.version-id"),
    kernel: text(row, "os.kernel-release"),
    machine: text(row, "os.machine"),
  };
}

/** `undefined`: a loopback interface. vdsm tells of them too, and every reader would have to leave them out again. */
function readNic(row: StatsRow, at: string): GuestNic | undefined {
  const all = list(row, `${at}.addr`).map((address) => ({
    type: text(row, `${address}.type`),
    address: text(row, `${address}.addr`),
  }));
  const addresses = all.filter(({ address }) => !/^(127\.|::1$)/.test(address));
  const name = text(row, `${at}.name`);
  // Windows has a name of its own for it, but no other address either.
  if (name === "lo" || (all.length > 0 && addresses.length === 0)) return undefined;
  const ofType = (type: string): string[] => addresses.filter((one) => one.type === type).map((one) => one.address);
  return {
    name,
    mac: text(row, `${at}.hwaddr`),
    ipv4: ofType("ipv4"),
    ipv6: ofType("ipv6"),
  };
}

function readFileSystem(row: StatsRow, at: string): GuestFileSystem {
  return {
    mountPoint: text(row, `${at}.mountpoint`),
    type: text(row, `${at}.fstype`),
    totalBytes: int(row, `${at}.total-bytes`),
    usedBytes: int(row, `${at}.used-bytes`),
  };
}

function list(row: StatsRow, kind: string): string[] {
  const count = Math.max(0, Math.min(int(row, `${kind}.count`), LIST_MAX));
  return Array.from({ length: count }, (_, index) => `${kind}.${index}`);
}

function hasAny(row: StatsRow, prefix: string): boolean {
  return Object.keys(row).some((name) => name.startsWith(prefix));
}

function text(row: StatsRow, name: string): string {
  const value = row[name];
  if (typeof value !== "string") return "";
  // Control characters would not even survive in an XML answer to a client.
  return value
    .slice(0, TEXT_MAX)
    .replace(/\p{Cc}/gu, " ")
    .trim();
}

function int(row: StatsRow, name: string): number {
  const value = Number(row[name] ?? 0);
  return Number.isFinite(value) ? value : 0;
}
