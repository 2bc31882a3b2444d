import { readChain } from "../chain.ts";
import { findSpm } from "../hosts.ts";
import { valueIn } from "../snapshot.ts";
import type { Report } from "./format-report.ts";

/** The same for scripts: plain values, the findings with their kinds. */
export function reportToJson({ snapshot, hosts, findings }: Report): unknown {
  const metadata = valueIn(snapshot.metadata);
  return {
    path: snapshot.path,
    domain: metadata && {
      id: metadata.domainId,
      name: metadata.description,
      version: metadata.version,
      type: metadata.type,
      role: metadata.role,
      data_centers: metadata.poolIds,
    },
    hosts: hosts.map(({ hostId, hostName, condition }) => ({ id: hostId, name: hostName, condition })),
    spm: findSpm(snapshot, hosts),
    images: snapshot.images.map((image) => ({
      id: image.imageId,
      volumes: [...readChain(image).known.values()].map(({ volumeId, record, content }) => ({
        id: volumeId,
        parent: record.parentId,
        format: record.format,
        allocation: record.allocation,
        role: record.role,
        legality: record.legality,
        generation: record.generation,
        capacity_bytes: record.capacityBytes,
        used_bytes: content?.allocatedBytes,
      })),
    })),
    findings: findings.map(({ repair, imageId, volumeId, ...found }) => ({
      ...found,
      image: imageId,
      volume: volumeId,
      can_be_repaired: repair !== undefined,
    })),
  };
}
