import type {
  ConnectionRefParameters,
  SomeVerbs,
  StorageDomainStatusMap,
  StorageDomainTypeId,
} from "@yagura/agent-protocol";
import { parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { storageTypes } from "@yagura/storage-format";
import type { ConnectionStatus, MountParameters, StorageConnection } from "../storage/contract/connections.ts";
import type { PoolInfo } from "../storage/contract/pools.ts";
import type { PoolId } from "../storage/contract/spm-order.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { readSubchain } from "./subchain.ts";
import { spmOrder } from "./volume.ts";

/** The namespace `StoragePool`. */
export function storagePoolVerbs({ pools, connections, volumes }: Storage): NonNullable<SomeVerbs["StoragePool"]> {
  const pool = (storagepoolID: string): PoolId => parseId<PoolId>(storagepoolID);
  const domain = (id: string): StorageDomainId => parseId<StorageDomainId>(id);
  return {
    async connectStorageServer({ domainType, connectionParams }) {
      const results = await connections.connect(readConnections(domainType, connectionParams));
      return results.map(formatConnectionStatus);
    },
    async disconnectStorageServer({ domainType, connectionParams }) {
      const results = await connections.disconnect(readConnections(domainType, connectionParams));
      return results.map(formatConnectionStatus);
    },
    create: ({ storagepoolID, name, masterSdUUID, masterVersion, domainList, ioOpTimeoutSec }) =>
      pools.create({
        poolId: pool(storagepoolID),
        name,
        masterDomainId: domain(masterSdUUID),
        masterVersion,
        domainIds: domainList.map(domain),
        ioTimeoutSeconds: ioOpTimeoutSec,
      }),
    destroy: ({ storagepoolID }, { spmEpoch }) => pools.destroy(pool(storagepoolID), spmEpoch),
    async connect({ storagepoolID, hostID, masterSdUUID, masterVersion, domainDict }) {
      await pools.connect({
        poolId: pool(storagepoolID),
        hostNumber: hostID,
        masterDomainId: domain(masterSdUUID),
        masterVersion,
        ...(domainDict !== undefined && { domains: readStatuses(domainDict) }),
      });
    },
    disconnect: ({ storagepoolID }) => pools.disconnect(pool(storagepoolID)),
    async getInfo({ storagepoolID }) {
      const info = await pools.getInfo(pool(storagepoolID));
      return { info: formatPoolInfo(info), dominfo: formatDomains(info) };
    },
    prepareMerge: (params, context) =>
      volumes.prepareMerge(spmOrder(params, context), readSubchain(params.subchainInfo)),
    finalizeMerge: (params, context) =>
      volumes.finalizeMerge(spmOrder(params, context), readSubchain(params.subchainInfo)),
    spmStart: ({ storagepoolID, prevLver }) =>
      pools.startSpm(pool(storagepoolID), { previousLeaseVersion: Number(prevLver) }),
    spmStop: ({ storagepoolID }) => pools.stopSpm(pool(storagepoolID)),
    switchMaster: ({ storagepoolID, oldMasterUUID, newMasterUUID, masterVersion }, { spmEpoch }) =>
      pools.switchMaster(pool(storagepoolID), {
        fromDomainId: domain(oldMasterUUID),
        toDomainId: domain(newMasterUUID),
        masterVersion,
        epoch: spmEpoch,
      }),
    reconstructMaster: ({ storagepoolID, hostId, masterSdUUID, masterVersion }) =>
      pools.reconstructMaster({
        poolId: pool(storagepoolID),
        hostNumber: hostId,
        masterDomainId: domain(masterSdUUID),
        masterVersion,
      }),
    async upgrade({ storagepoolID, targetDomVersion }, { spmEpoch }) {
      await pools.upgrade(pool(storagepoolID), targetDomVersion, spmEpoch);
      return "started";
    },
    async getSpmStatus({ storagepoolID }) {
      const { status, leaseVersion, hostNumber } = await pools.getSpmStatus(pool(storagepoolID));
      return { spmStatus: status, spmLver: leaseVersion, spmId: hostNumber };
    },
  };
}

/** `message` is ours: vdsm has only the number. */
function formatConnectionStatus({ connectionId, status, message }: ConnectionStatus) {
  return { id: connectionId, status, ...(message !== undefined && { message }) };
}

function readConnections(
  domainType: StorageDomainTypeId,
  list: readonly ConnectionRefParameters[],
): StorageConnection[] {
  // The numbers of the API are the position in the list, counted from 1.
  const type = storageTypes[domainType - 1];
  if (type === undefined) throw new StorageError("StorageDomainTypeError", `no storage of type ${domainType} is known`);
  return list.map((one) => ({
    connectionId: one.id,
    type,
    path: one.connection ?? "",
    ...(type !== "LOCALFS" && { mount: readMountParameters(one) }),
  }));
}

const nfsVersions = ["auto", "3", "4", "4.0", "4.1", "4.2"] as const;

function readMountParameters(one: ConnectionRefParameters): MountParameters {
  const { vfs_type, mnt_options, protocol_version, timeout, retrans } = one;
  // oVirt leaves out what is not set, or sends it empty.
  const version = protocol_version === "" ? undefined : protocol_version?.toLowerCase();
  const nfsVersion = nfsVersions.find((known) => known === version);
  if (version !== undefined && nfsVersion === undefined) {
    throw new StorageError("InvalidParameter", `protocol_version is ${version}; it can be ${nfsVersions.join(", ")}`);
  }
  return {
    ...(vfs_type !== undefined && vfs_type !== "" && { vfsType: vfs_type }),
    ...(mnt_options !== undefined && { options: mnt_options }),
    ...(nfsVersion !== undefined && { nfsVersion }),
    ...(timeout !== undefined && { timeoutDeciseconds: timeout }),
    ...(retrans !== undefined && { retransmissions: retrans }),
  };
}

function readStatuses(map: StorageDomainStatusMap): Map<StorageDomainId, "active" | "attached"> {
  return new Map(
    Object.entries(map).map(([id, status]) => [
      parseId<StorageDomainId>(id),
      status.toLowerCase() === "active" ? "active" : "attached",
    ]),
  );
}

function formatPoolInfo({ masterDomainId, masterVersion, type, version, spm, domains }: PoolInfo) {
  return {
    master_uuid: masterDomainId,
    master_ver: masterVersion,
    lver: spm.leaseVersion,
    spm_id: spm.hostNumber,
    version: String(version),
    type,
    name: "",
    domains: domains.map(({ domainId, status }) => `${domainId}:${capital(status)}`).join(","),
    isoprefix: "",
    pool_status: "connected" as const,
  };
}

function formatDomains({ domains }: PoolInfo) {
  return Object.fromEntries(
    domains.map(({ domainId, status, version, stats }) => [
      domainId,
      {
        status: capital(status),
        version,
        alerts: [],
        isoprefix: "",
        ...(stats !== undefined && { disktotal: String(stats.totalBytes), diskfree: String(stats.freeBytes) }),
      },
    ]),
  );
}

function capital(status: "active" | "attached"): "Active" | "Attached" {
  return status === "active" ? "Active" : "Attached";
}
