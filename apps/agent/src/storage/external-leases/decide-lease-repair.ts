import type { LeaseRecord } from "@yagura/storage-format";

/** What is done to one place so that record and lease say the same. */
export type LeaseRepair =
  | { readonly do: "nothing" }
  | { readonly do: "write-lease"; readonly leaseId: string }
  | { readonly do: "write-record"; readonly leaseId: string }
  | { readonly do: "clear-lease" }
  | { readonly do: "clear-record" }
  | { readonly do: "clear-both" };

/**
 * The index is right, the leases follow; only where a record cannot be read the lease says what it was. Pure.
 * vdsm fd4b0df lib/vdsm/storage/xlease.py rebuild_index
 * @param storedId the lease that sanlock finds at the place
 * @param isEnteredElsewhere whether another record names that lease
 */
export function decideLeaseRepair(
  record: LeaseRecord,
  storedId: string | undefined,
  isEnteredElsewhere: boolean,
): LeaseRepair {
  switch (record.is) {
    case "used":
      return record.leaseId === storedId ? { do: "nothing" } : { do: "write-lease", leaseId: record.leaseId };
    case "free":
      return storedId === undefined ? { do: "nothing" } : { do: "clear-lease" };
    case "half-made":
      // It counts as missing: nobody was ever told of it.
      return storedId === undefined ? { do: "clear-record" } : { do: "clear-both" };
    case "broken":
      if (storedId === undefined) return { do: "clear-record" };
      return isEnteredElsewhere ? { do: "clear-both" } : { do: "write-record", leaseId: storedId };
  }
}
