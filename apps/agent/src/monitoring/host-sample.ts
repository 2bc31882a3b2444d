import { readFile } from "node:fs/promises";
import type { Clock } from "@yagura/std/clock.ts";
import { type CpuTicks, type InterfaceCounters, parseMeminfo, parseNetDev, parseProcStat } from "./proc-files.ts";

/** What this host's kernel counted, at one moment. */
export interface HostSample {
  readonly monotonicMs: number;
  readonly timeMs: number;
  readonly cpu: { readonly all: CpuTicks; readonly cores: ReadonlyMap<number, CpuTicks> };
  /** CPU time of the agent itself. */
  readonly own: { readonly userUs: number; readonly systemUs: number };
  readonly memory: ReadonlyMap<string, number>;
  readonly interfaces: ReadonlyMap<string, InterfaceCounters>;
  readonly loadAverage: number;
  readonly uptimeSeconds: number;
  readonly ksm: { readonly isRunning: boolean; readonly pages: number; readonly mergesAcrossNodes: boolean };
  readonly hugePages: "always" | "madvise" | "never";
}

/** Reads all counters of this host. They are files of the kernel's: nothing here can hang on storage. */
export async function readHostSample(clock: Clock): Promise<HostSample> {
  const [stat, memory, interfaces, load, uptime, ksmRun, ksmPages, ksmMerge, hugePages] = await Promise.all(
    [
      "/proc/stat",
      "/proc/meminfo",
      "/proc/net/dev",
      "/proc/loadavg",
      "/proc/uptime",
      "/sys/kernel/mm/ksm/run",
      "/sys/kernel/mm/ksm/pages_sharing",
      "/sys/kernel/mm/ksm/merge_across_nodes",
      "/sys/kernel/mm/transparent_hugepage/enabled",
    ].map(readText),
  );
  const own = process.cpuUsage();
  return {
    monotonicMs: clock.monotonicMs(),
    timeMs: clock.nowMs(),
    cpu: parseProcStat(stat ?? ""),
    own: { userUs: own.user, systemUs: own.system },
    memory: parseMeminfo(memory ?? ""),
    interfaces: parseNetDev(interfaces ?? ""),
    loadAverage: Number.parseFloat(load ?? "") || 0,
    uptimeSeconds: Number.parseFloat(uptime ?? "") || 0,
    ksm: {
      isRunning: ksmRun?.trim() === "1",
      pages: Number.parseInt(ksmPages ?? "", 10) || 0,
      mergesAcrossNodes: ksmMerge?.trim() !== "0",
    },
    hugePages: readThpState(hugePages ?? ""),
  };
}

/** A file that this kernel does not have reads as empty: its feature is then off. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}

function readThpState(text: string): HostSample["hugePages"] {
  const chosen = /\[(\w+)\]/.exec(text)?.[1];
  return chosen === "always" || chosen === "madvise" ? chosen : "never";
}
