import { findLeaseGeometry } from "@yagura/storage-format";
import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot } from "../snapshot.ts";

const versions = { min: 3, max: 5 };

/** `dom_md/metadata`: who the domain says that it is. */
export function checkDomainMetadata({ metadata, directoryId }: DomainSnapshot): Finding[] {
  if (metadata.is === "missing") return [finding("domain-metadata-missing", "there is no dom_md/metadata")];
  if (metadata.is === "broken") {
    return [finding("domain-metadata-broken", `dom_md/metadata cannot be read: ${metadata.why}`)];
  }
  const { domainId, version, role, poolIds, blockSizeBytes, alignmentBytes } = metadata.value;
  const found: Finding[] = [];
  if (version < versions.min || version > versions.max) {
    found.push(finding("domain-version-unknown", `the domain is of version ${version}`));
  }
  if (directoryId !== undefined && directoryId !== domainId) {
    found.push(finding("domain-id-differs", `the directory is named ${directoryId}, but the domain is ${domainId}`));
  }
  if (role === "Master" && poolIds.length === 0) {
    found.push(finding("master-without-pool", "the domain is a master, but belongs to no data center"));
  }
  if (poolIds.length > 1) {
    found.push(finding("several-pools", `the domain belongs to several data centers: ${poolIds.join(", ")}`));
  }
  if (findLeaseGeometry(blockSizeBytes, alignmentBytes) === undefined) {
    const said = `blocks of ${blockSizeBytes} and leases of ${alignmentBytes} bytes`;
    found.push(finding("lease-geometry-impossible", `the metadata speaks of ${said}, which sanlock does not have`));
  }
  return found;
}
