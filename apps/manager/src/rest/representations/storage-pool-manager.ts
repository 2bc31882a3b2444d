import type { StoragePoolManager } from "@yagura/rest-model";
import { type DataCenter, leaseSeconds } from "../../domain/data-center/data-center.ts";
import type { Links } from "../links.ts";
import { renderDate } from "./common.ts";

/** Ours: who manages the storage of a data center, since when, and why. `reason` also says why there is nobody. */
export function renderStoragePoolManager(dataCenter: DataCenter, links: Links): StoragePoolManager {
  const { spmHostId, spmContenderId, spmWishId, spmEpoch, spmReason, ioTimeoutSeconds } = dataCenter;
  return {
    href: links.href("datacenters", dataCenter.id, "spm"),
    status: spmHostId !== undefined ? "spm" : spmContenderId !== undefined ? "contending" : "none",
    since: renderDate(dataCenter.spmSinceMs),
    reason: spmReason,
    epoch: spmEpoch,
    io_timeout: ioTimeoutSeconds,
    lease_time: leaseSeconds(ioTimeoutSeconds),
    data_center: links.ref("datacenters", dataCenter.id),
    ...(spmHostId !== undefined && { host: links.ref("hosts", spmHostId) }),
    ...(spmContenderId !== undefined && { contender: links.ref("hosts", spmContenderId) }),
    ...(spmWishId !== undefined && { wanted_host: links.ref("hosts", spmWishId) }),
  };
}
