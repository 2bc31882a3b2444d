import type { CallContext, Lease, SomeVerbs } from "@yagura/agent-protocol";
import { parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { ExternalLeaseId, ExternalLeaseKey } from "../storage/contract/external-leases.ts";
import type { SpmOrder } from "../storage/contract/spm-order.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";

/** The namespace `Lease`. Its verbs name no pool: it is the one that this host is connected to. */
export function leaseVerbs({ externalLeases, pools }: Storage): NonNullable<SomeVerbs["Lease"]> {
  function order({ spmEpoch }: CallContext): SpmOrder {
    const [poolId, ...others] = pools.listConnected();
    if (poolId === undefined || others.length > 0) {
      throw new StorageError(
        "StoragePoolUnknown",
        `this host is connected to ${others.length === 0 ? "no pool" : "several pools"}`,
      );
    }
    return { poolId, epoch: spmEpoch };
  }
  return {
    async create({ lease, metadata }, context) {
      if (metadata !== undefined) {
        throw new StorageError("MethodNotImplemented", "leases of jobs are not offered: no job here needs one");
      }
      return externalLeases.create(order(context), leaseKey(lease));
    },
    delete: async ({ lease }, context) => externalLeases.delete(order(context), leaseKey(lease)),
    rebuild_leases: async ({ sd_id }, context) =>
      externalLeases.rebuild(order(context), parseId<StorageDomainId>(sd_id)),
    async info({ lease }) {
      const { path, offsetBytes } = await externalLeases.getPlace(leaseKey(lease));
      return { ...lease, path, offset: offsetBytes };
    },
    async status({ lease }) {
      const { hostNumbers, version } = await externalLeases.getStatus(leaseKey(lease));
      return { owners: hostNumbers, version };
    },
    async fence() {
      throw new StorageError("MethodNotImplemented", "only leases of jobs are fenced, and there are none here");
    },
  };
}

function leaseKey({ sd_id, lease_id }: Lease): ExternalLeaseKey {
  return { domainId: parseId<StorageDomainId>(sd_id), leaseId: parseId<ExternalLeaseId>(lease_id) };
}
