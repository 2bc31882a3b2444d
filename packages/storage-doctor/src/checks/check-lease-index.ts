import { unreachable } from "@yagura/std/assert.ts";
import { type Finding, finding } from "../finding.ts";
import { type DomainSnapshot, type Found, valueIn } from "../snapshot.ts";
import { isShared } from "./is-shared.ts";

/** From this version on a domain has external leases. */
const FIRST_VERSION = 4;

/** `dom_md/xleases`: the leases of guests, and the index that says where they lie. */
export function checkLeaseIndex({ metadata, leaseIndex, externalLeases, control }: DomainSnapshot): Finding[] {
  const domain = valueIn(metadata);
  if (domain === undefined || !isShared(domain) || domain.version < FIRST_VERSION) return [];
  if (!control.some(({ name }) => name === "xleases")) {
    return [finding("control-file-missing", "there is no dom_md/xleases")];
  }
  if (leaseIndex.is !== "there") {
    return [finding("lease-index-broken", leaseIndex.is === "broken" ? leaseIndex.why : "there is no index")];
  }
  const { isUpdating, lockspace, records } = leaseIndex.value;
  if (isUpdating) return [finding("lease-index-updating", "the index of external leases is marked as being changed")];
  if (lockspace !== domain.domainId) {
    return [finding("lease-index-broken", `the index belongs to ${JSON.stringify(lockspace)}`)];
  }
  return records.flatMap((record, number) => {
    switch (record.is) {
      case "free":
        return [];
      case "half-made":
        return [finding("lease-record-half-made", `the lease ${record.leaseId} (place ${number}) is half made`)];
      case "broken":
        return [finding("lease-record-broken", `place ${number} of the index cannot be read`)];
      case "used":
        return checkPlace(record.leaseId, number, externalLeases.get(number));
      default:
        return unreachable(record);
    }
  });
}

function checkPlace(leaseId: string, number: number, found: Found<{ readonly name: string }> | undefined): Finding[] {
  if (found?.is === "there" && found.value.name === leaseId) return [];
  const there =
    found?.is === "there" ? `one of ${JSON.stringify(found.value.name)}` : found?.is === "broken" ? found.why : "none";
  return [
    finding("lease-not-where-indexed", `the lease ${leaseId} should be at place ${number}, but there is ${there}`),
  ];
}
