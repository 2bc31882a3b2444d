import type { Qos as RestQos } from "@yagura/rest-model";
import type { Qos, QosLimits } from "../../domain/qos/qos.ts";
import type { Links } from "../links.ts";

const members = {
  max_throughput: "maxThroughput",
  max_read_throughput: "maxReadThroughput",
  max_write_throughput: "maxWriteThroughput",
  max_iops: "maxIops",
  max_read_iops: "maxReadIops",
  max_write_iops: "maxWriteIops",
  cpu_limit: "cpuLimit",
  inbound_average: "inboundAverage",
  inbound_peak: "inboundPeak",
  inbound_burst: "inboundBurst",
  outbound_average: "outboundAverage",
  outbound_peak: "outboundPeak",
  outbound_burst: "outboundBurst",
  outbound_average_linkshare: "outboundAverageLinkshare",
  outbound_average_upperlimit: "outboundAverageUpperlimit",
  outbound_average_realtime: "outboundAverageRealtime",
} as const satisfies Readonly<Partial<Record<keyof RestQos, keyof QosLimits>>>;

const limits = Object.entries(members) as [keyof typeof members, keyof QosLimits][];

export function renderQos(qos: Qos, links: Links): RestQos {
  return {
    ...links.of("qos", "datacenters", qos.dataCenterId, "qoss", qos.id),
    name: qos.name,
    description: qos.description,
    type: qos.type,
    ...Object.fromEntries(limits.map(([member, limit]) => [member, qos.limits[limit]])),
    data_center: links.ref("datacenters", qos.dataCenterId),
  };
}

/** The limits that a body names. */
export function readLimits(body: RestQos): QosLimits {
  return Object.fromEntries(
    limits.flatMap(([member, limit]) => {
      const value = body[member];
      return value === undefined ? [] : [[limit, value]];
    }),
  );
}
