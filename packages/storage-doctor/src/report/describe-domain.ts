import { oneLine } from "@yagura/std/one-line.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import { findSpm, type JudgedHost } from "../hosts.ts";
import { type DomainSnapshot, valueIn } from "../snapshot.ts";

/** What the domain is, and who uses it: a few lines. */
export function describeDomain({
  snapshot,
  hosts,
}: {
  readonly snapshot: DomainSnapshot;
  readonly hosts: readonly JudgedHost[];
}): string[] {
  const metadata = valueIn(snapshot.metadata);
  return [
    `Domain ${metadata?.domainId ?? snapshot.directoryId ?? "of unknown id"} in ${oneLine(snapshot.path)}`,
    ...(metadata === undefined ? [] : describeMetadata(metadata)),
    ...describeUse(snapshot, hosts),
  ];
}

function describeMetadata({
  description,
  version,
  type,
  class: kind,
  role,
  poolIds,
  masterVersion,
  remotePath,
}: DomainMetadata): string[] {
  const pools = poolIds.length === 0 ? "no data center" : `data center ${poolIds.join(", ")}`;
  const belongs = role === "Master" ? `master (version ${masterVersion ?? "unknown"}) of ${pools}` : `part of ${pools}`;
  return [
    `  name ${JSON.stringify(oneLine(description))}, ${kind} domain of version ${version}, ${type} ${oneLine(remotePath)}`,
    `  ${belongs}`,
  ];
}

const conditions: Readonly<Record<JudgedHost["condition"], string>> = {
  left: "has left",
  alive: "is alive",
  silent: "does not renew its membership",
  dead: "is dead",
  unseen: "has joined",
};

function describeUse(snapshot: DomainSnapshot, hosts: readonly JudgedHost[]): string[] {
  if (snapshot.lockspace.is === "missing") {
    const lock = {
      true: "an agent on this machine is its SPM",
      false: "nobody is its SPM",
      undefined: "who is SPM is not known",
    };
    return [`  ruled by a lock on this machine: ${lock[`${snapshot.isLockedByAgent}`]}`];
  }
  const named = (hostId: number): string =>
    `host ${hostId} (${oneLine(hosts.find((host) => host.hostId === hostId)?.hostName ?? "unknown")})`;
  const spm = findSpm(snapshot, hosts);
  const members = hosts.map(({ hostId, condition }) => `${named(hostId)} ${conditions[condition]}`);
  return [
    `  hosts: ${members.join(", ") || "none has ever joined"}`,
    spm === undefined || spm.condition === "left"
      ? "  SPM: nobody"
      : `  SPM: ${named(spm.hostId)} in epoch ${spm.epoch}, which ${conditions[spm.condition]}`,
  ];
}
