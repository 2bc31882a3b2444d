import { cpuTypes, formatCpuType } from "../cluster/cpu-types.ts";

/** A value of an engine option; those that differ by compatibility version have one for each, others "general". */
export interface EngineOptionValue {
  readonly version: string;
  readonly value: string;
}

/** oVirt's versions of clusters, as far back as clients ask. */
export const levels: readonly string[] = [...cpuTypes.keys()];

/**
 * The options of oVirt's engine that clients read, with what is true of this Manager: the CPU types for Ansible, the limits
 * and defaults that portals offer in their forms. Others are not there, rather than invented.
 */
export const engineOptions: ReadonlyMap<string, readonly EngineOptionValue[]> = new Map<
  string,
  readonly EngineOptionValue[]
>([
  ["ServerCPUList", levels.map((version) => ({ version, value: cpuList(version) }))],
  // The newer versions have a number for each architecture.
  ["MaxNumOfVmCpus", levels.map((version) => ({ version, value: version >= "4.6" ? '{"x86":710}' : "710" }))],
  ["MaxNumOfVmSockets", byVersion("512")],
  ["MaxNumOfCpuPerSocket", byVersion("512")],
  ["MaxNumOfThreadsPerCpu", byVersion("512")],
  ["VM64BitMaxMemorySizeInMB", byVersion("16777216")],
  ["DefaultGeneralTimeZone", [{ version: "general", value: "Etc/GMT" }]],
  ["DefaultWindowsTimeZone", [{ version: "general", value: "GMT Standard Time" }]],
  // Minutes without a request after which a login ends.
  ["UserSessionTimeOutInterval", [{ version: "general", value: "30" }]],
  ["SpiceUsbAutoShare", [{ version: "general", value: "false" }]],
  ["WebSocketProxy", [{ version: "general", value: "Off" }]],
  ["SearchResultsLimit", [{ version: "general", value: "-1" }]],
]);

function byVersion(value: string): EngineOptionValue[] {
  return levels.map((version) => ({ version, value }));
}

function cpuList(version: string): string {
  return (cpuTypes.get(version) ?? []).map(formatCpuType).join("; ");
}
