import type { Qos, QosLimits, QosType } from "./qos.ts";

const ANY_MAX = 2_147_483_647;

/** Which limits a type has, and how large each may be: oVirt's bounds. */
const bounds: Readonly<Record<QosType, Readonly<Partial<Record<keyof QosLimits, number>>>>> = {
  storage: {
    maxThroughput: ANY_MAX,
    maxReadThroughput: ANY_MAX,
    maxWriteThroughput: ANY_MAX,
    maxIops: ANY_MAX,
    maxReadIops: ANY_MAX,
    maxWriteIops: ANY_MAX,
  },
  cpu: { cpuLimit: 100 },
  network: {
    inboundAverage: 1024,
    inboundPeak: 2048,
    inboundBurst: 10_240,
    outboundAverage: 1024,
    outboundPeak: 2048,
    outboundBurst: 10_240,
  },
  hostnetwork: { outboundAverageLinkshare: 100, outboundAverageUpperlimit: 1024, outboundAverageRealtime: 1024 },
};

/** Without limits that the type does not have. */
export function limitsOfType(type: QosType, limits: QosLimits): QosLimits {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => name in bounds[type]));
}

/** Why there cannot be such a limit; none when there can. */
export function qosProblems({ name, type, limits }: Pick<Qos, "name" | "type" | "limits">): string[] {
  return [...nameProblems(name), ...rangeProblems(type, limits), ...problemsOf[type](limits)];
}

function nameProblems(name: string): string[] {
  if (name.length > 50) return ["QoS name length must be under 50 characters."];
  if (name === "") return ["QoS name cannot be empty."];
  return /^[\w-]+$/.test(name) ? [] : ["QoS name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters"];
}

function rangeProblems(type: QosType, limits: QosLimits): string[] {
  const entries = Object.entries(limits) as [keyof QosLimits, number][];
  if (entries.some(([, value]) => value < 0)) return ["QoS element cannot have negative values."];
  for (const [name, value] of entries) {
    const max = bounds[type][name] ?? 0;
    if (value > max) return [`Values are out of range (Legal range is: 0-${max}).`];
  }
  return [];
}

const problemsOf: Readonly<Record<QosType, (limits: QosLimits) => string[]>> = {
  cpu: ({ cpuLimit }) => (cpuLimit === undefined || cpuLimit === 0 ? ["QoS element has missing values."] : []),
  storage({ maxThroughput, maxReadThroughput, maxWriteThroughput, maxIops, maxReadIops, maxWriteIops }) {
    const isMixed =
      isTotalAndPart(maxThroughput, maxReadThroughput, maxWriteThroughput) ||
      isTotalAndPart(maxIops, maxReadIops, maxWriteIops);
    return isMixed
      ? ["QoS have non-zero total value with non-zero read/write for either throughput or IOps or both."]
      : [];
  },
  network(limits) {
    const directions = [
      [limits.inboundAverage, limits.inboundPeak, limits.inboundBurst],
      [limits.outboundAverage, limits.outboundPeak, limits.outboundBurst],
    ] as const;
    if (directions.some((values) => values.includes(undefined) && values.some((value) => value !== undefined))) {
      return ["All three values are needed in order to define QoS on each network directions."];
    }
    const isPeakLow = directions.some(([average = 0, peak = 0]) => peak < average);
    return isPeakLow ? ["Peak cannot be set lower than Average."] : [];
  },
  hostnetwork({ outboundAverageLinkshare: share, outboundAverageUpperlimit: most, outboundAverageRealtime: least }) {
    if (share === undefined) return ["Weighted share must be specified to complete QoS configuration."];
    return most !== undefined && least !== undefined && most < least
      ? ["If both are provided, rate limit must not be lower than committed rate."]
      : [];
  },
};

function isTotalAndPart(total = 0, read = 0, write = 0): boolean {
  return total > 0 && (read > 0 || write > 0);
}
