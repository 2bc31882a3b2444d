import type { ClusterId, DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import type { ProfileKind } from "../../domain/profile/profile.ts";
import type { Permit } from "../../domain/user/permits.ts";
import type { ObjectRef } from "../../domain/user/user.ts";

/** What differs between profiles of CPUs and of disks, for operations. */
interface KindOfProfile {
  /** "CPU Profile" */
  readonly title: string;
  readonly permits: { readonly create: Permit; readonly update: Permit; readonly remove: Permit };
  /** Why the last one stays. */
  readonly lastStays: string;
  ownerRef(ownerId: string): ObjectRef;
  /** @throws NotFound */
  dataCenterOf(db: Db, ownerId: string): Promise<DataCenterId | undefined>;
}

export const kinds: Readonly<Record<ProfileKind, KindOfProfile>> = {
  cpu: {
    title: "CPU Profile",
    permits: { create: "create_cpu_profile", update: "update_cpu_profile", remove: "delete_cpu_profile" },
    lastStays: "Cannot remove last CPU profile in Cluster.",
    ownerRef: (id) => ({ type: "cluster", id }),
    dataCenterOf: async (db, ownerId) => (await getCluster(db, ownerId as ClusterId)).dataCenterId,
  },
  disk: {
    title: "Disk Profile",
    permits: {
      create: "create_storage_disk_profile",
      update: "configure_storage_disk_profile",
      remove: "delete_storage_disk_profile",
    },
    lastStays: "Cannot remove last Disk profile in Storage Domain.",
    ownerRef: (id) => ({ type: "storage_domain", id }),
    dataCenterOf: async (db, ownerId) => (await getStorageDomain(db, ownerId as StorageDomainId)).dataCenterId,
  },
};
