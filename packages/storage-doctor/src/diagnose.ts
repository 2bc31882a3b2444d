import { checkControlFiles } from "./checks/check-control-files.ts";
import { checkDomainMetadata } from "./checks/check-domain-metadata.ts";
import { checkImage } from "./checks/check-image.ts";
import { checkLeaseIndex } from "./checks/check-lease-index.ts";
import { checkLeftovers } from "./checks/check-leftovers.ts";
import { checkOwners } from "./checks/check-owners.ts";
import { checkTasks } from "./checks/check-tasks.ts";
import { type Finding, finding } from "./finding.ts";
import { type DomainSnapshot, valueIn } from "./snapshot.ts";

/** Everything that is wrong with a domain, as far as its snapshot shows. Whatever the domain looks like, this ends well. */
export function diagnose(snapshot: DomainSnapshot): Finding[] {
  return [
    ...checkDomainMetadata(snapshot),
    ...checkControlFiles(snapshot),
    ...checkLeaseIndex(snapshot),
    ...checkTasks(snapshot),
    ...checkLeftovers(snapshot),
    ...snapshot.images.flatMap((image) => checkImage(image, snapshot)),
    ...checkOwners(snapshot),
  ];
}

/** What is wrong between domains of one storage. */
export function diagnoseTogether(snapshots: readonly DomainSnapshot[]): Finding[] {
  const masters = snapshots.flatMap(({ path, metadata }) => {
    const value = valueIn(metadata);
    return value?.role === "Master"
      ? value.poolIds.map((poolId) => ({ path, poolId, version: value.masterVersion }))
      : [];
  });
  return [...Map.groupBy(masters, ({ poolId }) => poolId)].flatMap(([poolId, rivals]) => {
    if (rivals.length < 2) return [];
    const named = rivals.map(({ path, version }) => `${path} (version ${version ?? "unknown"})`).join(" and ");
    return [finding("two-masters", `the data center ${poolId} has more than one master domain: ${named}`)];
  });
}
