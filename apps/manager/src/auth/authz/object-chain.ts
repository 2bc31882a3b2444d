import { unreachable } from "@yagura/std/assert.ts";
import type {
  ClusterId,
  DataCenterId,
  DiskId,
  HostId,
  NetworkId,
  StorageDomainId,
  TemplateId,
  VmId,
  VnicProfileId,
} from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { findCluster } from "../../db/queries/clusters.ts";
import { findDisk } from "../../db/queries/disks.ts";
import { findHost } from "../../db/queries/hosts.ts";
import { findNetwork } from "../../db/queries/networks.ts";
import { findStorageDomain } from "../../db/queries/storage-domains.ts";
import { findTemplate } from "../../db/queries/templates.ts";
import { findVm } from "../../db/queries/vms.ts";
import { findVnicProfile } from "../../db/queries/vnic-profiles.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { type ObjectRef, systemObject } from "../../domain/user/user.ts";

/**
 * The object and everything that contains it: what a permission on it may have been given on.
 * Empty when there is no such object.
 */
export async function loadObjectChain(db: Db, object: ObjectRef): Promise<readonly ObjectRef[]> {
  switch (object.type) {
    case "system":
      return [systemObject];
    // Whether they exist is said by the query that reads them; everything in them is below the system.
    case "data_center":
    case "mac_pool":
      return [object, systemObject];
    case "cluster":
      return below(object, await clusterChain(db, object.id as ClusterId));
    case "host": {
      const host = await findHost(db, object.id as HostId);
      return below(object, host && [clusterRef(host.clusterId), ...((await clusterChain(db, host.clusterId)) ?? [])]);
    }
    case "storage_domain":
      return below(object, await storageDomainChain(db, object.id as StorageDomainId));
    case "disk": {
      const disk = await findDisk(db, object.id as DiskId);
      return below(object, disk && (await diskChain(db, disk)));
    }
    case "template": {
      const template = await findTemplate(db, object.id as TemplateId);
      if (template?.clusterId === undefined) return below(object, template && []);
      return below(object, [clusterRef(template.clusterId), ...((await clusterChain(db, template.clusterId)) ?? [])]);
    }
    case "vm": {
      const vm = await findVm(db, object.id as VmId);
      return below(object, vm && [clusterRef(vm.clusterId), ...((await clusterChain(db, vm.clusterId)) ?? [])]);
    }
    case "network":
      return below(object, await networkChain(db, object.id as NetworkId));
    case "vnic_profile": {
      const profile = await findVnicProfile(db, object.id as VnicProfileId);
      return below(
        object,
        profile && [networkRef(profile.networkId), ...((await networkChain(db, profile.networkId)) ?? [])],
      );
    }
    default:
      return unreachable(object.type);
  }
}

/** The object, what contains it, and the system; nothing at all when there is no such object. */
function below(object: ObjectRef, containers: readonly ObjectRef[] | undefined): readonly ObjectRef[] {
  return containers === undefined ? [] : [object, ...containers, systemObject];
}

async function clusterChain(db: Db, clusterId: ClusterId): Promise<ObjectRef[] | undefined> {
  const cluster = await findCluster(db, clusterId);
  return cluster && [dataCenterRef(cluster.dataCenterId)];
}

async function networkChain(db: Db, networkId: NetworkId): Promise<ObjectRef[] | undefined> {
  const network = await findNetwork(db, networkId);
  return network && [dataCenterRef(network.dataCenterId)];
}

async function storageDomainChain(db: Db, domainId: StorageDomainId): Promise<ObjectRef[] | undefined> {
  const domain = await findStorageDomain(db, domainId);
  if (domain === undefined) return undefined;
  return domain.dataCenterId === undefined ? [] : [dataCenterRef(domain.dataCenterId)];
}

/** Whoever has rights on a VM has them on its disks; likewise for templates and the storage domain. */
async function diskChain(db: Db, disk: Disk): Promise<ObjectRef[]> {
  const owners: ObjectRef[] = [
    ...disk.vmIds.map((id): ObjectRef => ({ type: "vm", id })),
    ...disk.templateIds.map((id): ObjectRef => ({ type: "template", id })),
  ];
  const chains = await Promise.all(owners.map((owner) => loadObjectChain(db, owner)));
  const storage: ObjectRef = { type: "storage_domain", id: disk.storageDomainId };
  return [...chains.flat(), storage, ...((await storageDomainChain(db, disk.storageDomainId)) ?? [])];
}

function clusterRef(id: ClusterId): ObjectRef {
  return { type: "cluster", id };
}

function dataCenterRef(id: DataCenterId): ObjectRef {
  return { type: "data_center", id };
}

function networkRef(id: NetworkId): ObjectRef {
  return { type: "network", id };
}
