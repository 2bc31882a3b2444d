// Parsers of the kernel's text files under /proc. Pure; fields that an older kernel lacks are 0.

/** CPU time in clock ticks since boot, of one CPU or of all together. */
export interface CpuTicks {
  readonly user: number;
  readonly system: number;
  readonly idle: number;
}

/** Reads /proc/stat: the sum, and each CPU by its number. */
export function parseProcStat(text: string): { readonly all: CpuTicks; readonly cores: ReadonlyMap<number, CpuTicks> } {
  const cores = new Map<number, CpuTicks>();
  let all: CpuTicks = { user: 0, system: 0, idle: 0 };
  for (const line of text.split("\n")) {
    const [name = "", ...values] = line.trim().split(/\s+/);
    if (!name.startsWith("cpu")) continue;
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0] = values.map(Number);
    const ticks = { user: user + nice, system: system + irq + softirq, idle: idle + iowait };
    if (name === "cpu") all = ticks;
    else cores.set(Number(name.slice("cpu".length)), ticks);
  }
  return { all, cores };
}

/** Reads /proc/meminfo: bytes by name, counts (HugePages_Total) as they are. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^(\S+):\s+(\d+)( kB)?/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], Number(match[2]) * (match[3] === undefined ? 1 : 1024));
  }
  return values;
}

export interface InterfaceCounters {
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly rxDropped: number;
  readonly txBytes: number;
  readonly txErrors: number;
  readonly txDropped: number;
}

/** Reads /proc/net/dev. */
export function parseNetDev(text: string): ReadonlyMap<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split("\n")) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const values = match[2].trim().split(/\s+/).map(Number);
    counters.set(match[1], {
      rxBytes: values[0] ?? 0,
      rxErrors: values[2] ?? 0,
      rxDropped: values[3] ?? 0,
      txBytes: values[8] ?? 0,
      txErrors: values[10] ?? 0,
      txDropped: values[11] ?? 0,
    });
  }
  return counters;
}

export interface CpuIdentity {
  readonly modelName: string;
  readonly flags: readonly string[];
  readonly speedMhz: number;
  readonly threads: number;
  readonly cores: number;
  readonly sockets: number;
  /** Each thread: its number and where it sits. */
  readonly topology: readonly { readonly cpu: number; readonly core: number; readonly socket: number }[];
}

/** Reads /proc/cpuinfo (x86). */
export function parseCpuinfo(text: string): CpuIdentity {
  const threads = text
    .split(/\n\s*\n/)
    .filter((block) => block.trim() !== "")
    .map(readFields);
  const topology = threads.map((fields, index) => ({
    cpu: Number(fields.get("processor") ?? index),
    core: Number(fields.get("core id") ?? index),
    socket: Number(fields.get("physical id") ?? 0),
  }));
  const first = threads[0] ?? new Map<string, string>();
  return {
    modelName: first.get("model name") ?? "unknown",
    flags: (first.get("flags") ?? "").split(/\s+/).filter((flag) => flag !== ""),
    speedMhz: Number(first.get("cpu MHz") ?? 0),
    threads: threads.length,
    cores: new Set(topology.map(({ socket, core }) => `${socket}:${core}`)).size,
    sockets: new Set(topology.map(({ socket }) => socket)).size,
    topology,
  };
}

function readFields(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return fields;
}

/** Reads /etc/os-release. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z_]+)=(?:"(.*)"|(.*))$/.exec(line.trim());
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? match[3] ?? "");
  }
  return values;
}

/** The supplementary groups of a user in /etc/group. */
export function parseGroupsOf(userName: string, groupFile: string): number[] {
  return groupFile
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => (fields[3] ?? "").split(",").includes(userName))
    .map((fields) => Number(fields[2]))
    .filter(Number.isInteger);
}

/** The name of a user in /etc/passwd, by number. */
export function findUserName(uid: number, passwdFile: string): string | undefined {
  return passwdFile
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields[2] === String(uid))?.[0];
}
