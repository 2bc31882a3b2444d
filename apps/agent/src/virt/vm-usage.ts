/** One domain's row of libvirt's bulk statistics: names as libvirt has them ("net.0.rx.bytes"), numbers or text. */
export type StatsRow = Readonly<Record<string, number | bigint | string | boolean>>;

/** A row and the monotonic time at which it was read. */
export interface StatsSample {
  readonly row: StatsRow;
  readonly monotonicMs: number;
}

export interface NicUsage {
  readonly device: string;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
}

export interface DiskUsage {
  readonly target: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly readOps: number;
  readonly writeOps: number;
  /** Since the sample before; 0 while there is only one. */
  readonly readBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
  readonly readLatencyNs: number;
  readonly writeLatencyNs: number;
  readonly flushLatencyNs: number;
  /** How large the guest sees it. */
  readonly capacityBytes: number;
  /** What it takes on its file system; of a block device its size. */
  readonly physicalBytes: number;
  /** Up to where QEMU has written into the file or device in this run. */
  readonly writtenUpToBytes: number;
}

export interface MemoryUsage {
  readonly balloonKiB: number;
  readonly balloonMaxKiB: number;
  /** What the guest's balloon driver says; absent until it does. */
  readonly guest?: {
    readonly availableKiB: number;
    readonly unusedKiB: number;
    readonly usableKiB: number;
    readonly cachesKiB: number;
    readonly swapIn: number;
    readonly swapOut: number;
    readonly majorFaults: number;
    readonly minorFaults: number;
  };
}

/** What a VM used: computed from its last sample, and rates from the last two. */
export interface VmUsage {
  readonly sampledAtMs: number;
  /** CPU time that QEMU spent on the guest and on itself since the sample before, in percent of one CPU. */
  readonly guestCpuPercent: number;
  readonly systemCpuPercent: number;
  readonly cpuTimeNs: number;
  readonly vcpuCount: number;
  readonly memory: MemoryUsage;
  readonly nics: readonly NicUsage[];
  readonly disks: readonly DiskUsage[];
}

const NS_PER_MS = 1e6;

/** More devices than this in one row are not believed. */
const DEVICES_MAX = 1024;

/** What a VM uses, from its last sample and the one before (which may be missing). */
export function computeVmUsage(last: StatsSample, before?: StatsSample): VmUsage {
  const seconds = before === undefined ? 0 : (last.monotonicMs - before.monotonicMs) / 1000;
  const count = (name: string): number => readNumber(last.row, name);
  const grown = (name: string): number =>
    before === undefined ? 0 : Math.max(0, count(name) - readNumber(before.row, name));
  const percent = (ns: number): number => (seconds <= 0 ? 0 : (ns / NS_PER_MS / (seconds * 1000)) * 100);

  // vdsm lib/vdsm/virt/vmstats.py: "system" is what QEMU spent outside the guest, user and kernel together.
  const overheadNs = grown("cpu.user") + grown("cpu.system");
  return {
    sampledAtMs: last.monotonicMs,
    guestCpuPercent: percent(Math.max(0, grown("cpu.time") - overheadNs)),
    systemCpuPercent: percent(overheadNs),
    cpuTimeNs: count("cpu.user") + count("cpu.system"),
    vcpuCount: count("vcpu.current"),
    memory: readMemory(last.row),
    nics: indexes(last.row, "net").map((index) => readNic(last.row, index)),
    disks: indexes(last.row, "block").map((index) => readDisk(index, { row: last.row, count, grown, seconds })),
  };
}

function readNic(row: StatsRow, index: number): NicUsage {
  const count = (name: string): number => readNumber(row, `net.${index}.${name}`);
  return {
    device: readText(row, `net.${index}.name`),
    rxBytes: count("rx.bytes"),
    txBytes: count("tx.bytes"),
    rxErrors: count("rx.errs"),
    txErrors: count("tx.errs"),
    rxDropped: count("rx.drop"),
    txDropped: count("tx.drop"),
  };
}

interface Counters {
  readonly row: StatsRow;
  readonly seconds: number;
  count(name: string): number;
  grown(name: string): number;
}

function readDisk(index: number, { row, seconds, count, grown }: Counters): DiskUsage {
  const at = (name: string): string => `block.${index}.${name}`;
  const rate = (name: string): number => (seconds <= 0 ? 0 : grown(at(name)) / seconds);
  const latency = (kind: string): number => {
    const ops = grown(at(`${kind}.reqs`));
    return ops === 0 ? 0 : Math.round(grown(at(`${kind}.times`)) / ops);
  };
  return {
    target: readText(row, at("name")),
    readBytes: count(at("rd.bytes")),
    writtenBytes: count(at("wr.bytes")),
    readOps: count(at("rd.reqs")),
    writeOps: count(at("wr.reqs")),
    readBytesPerSecond: rate("rd.bytes"),
    writtenBytesPerSecond: rate("wr.bytes"),
    readLatencyNs: latency("rd"),
    writeLatencyNs: latency("wr"),
    flushLatencyNs: latency("fl"),
    capacityBytes: count(at("capacity")),
    physicalBytes: count(at("physical")),
    writtenUpToBytes: count(at("allocation")),
  };
}

function readMemory(row: StatsRow): MemoryUsage {
  const count = (name: string): number => readNumber(row, `balloon.${name}`);
  const memory = { balloonKiB: count("current"), balloonMaxKiB: count("maximum") };
  if (row["balloon.available"] === undefined) return memory;
  return {
    ...memory,
    guest: {
      availableKiB: count("available"),
      unusedKiB: count("unused"),
      usableKiB: count("usable"),
      cachesKiB: count("disk_caches"),
      swapIn: count("swap_in"),
      swapOut: count("swap_out"),
      majorFaults: count("major_fault"),
      minorFaults: count("minor_fault"),
    },
  };
}

function indexes(row: StatsRow, kind: string): number[] {
  const count = Math.min(readNumber(row, `${kind}.count`), DEVICES_MAX);
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => row[`${kind}.${index}.name`] !== undefined,
  );
}

function readNumber(row: StatsRow, name: string): number {
  const value = row[name];
  return typeof value === "bigint" ? Number(value) : typeof value === "number" ? value : 0;
}

function readText(row: StatsRow, name: string): string {
  const value = row[name];
  return typeof value === "string" ? value : "";
}
