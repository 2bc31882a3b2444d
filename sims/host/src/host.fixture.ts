import type { AgentCalls } from "@yagura/agent-protocol";
import { blankUuid } from "@yagura/std/ids.ts";

export const ids = {
  vm: "407cb255-34be-432c-be7c-eb43b8de82be",
  pool: "10000000-0000-4000-8000-000000000001",
  domain: "20000000-0000-4000-8000-000000000002",
  image: "30000000-0000-4000-8000-000000000003",
  volume: "40000000-0000-4000-8000-000000000004",
  connection: "50000000-0000-4000-8000-000000000005",
};

export interface XmlOptions {
  readonly vmId?: string;
  readonly memoryMib?: number;
  readonly volumeId?: string;
}

/** A guest as the Manager writes it, with one disk in the pool and one network. */
export function domainXml({ vmId = ids.vm, memoryMib = 256, volumeId = ids.volume }: XmlOptions = {}): string {
  return `<domain type="kvm" xmlns:ovirt-vm="http://ovirt.org/vm/1.0"><name>demo</name><uuid>${vmId}</uuid>
    <memory unit="MiB">${memoryMib}</memory><vcpu>2</vcpu><os><type machine="q35">hvm</type></os>
    <metadata><ovirt-vm:vm><ovirt-vm:device devtype="disk" name="vda"><ovirt-vm:poolID>${ids.pool}</ovirt-vm:poolID>
      <ovirt-vm:domainID>${ids.domain}</ovirt-vm:domainID><ovirt-vm:imageID>${ids.image}</ovirt-vm:imageID>
      <ovirt-vm:volumeID>${volumeId}</ovirt-vm:volumeID></ovirt-vm:device></ovirt-vm:vm></metadata>
    <devices><disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/x"/><target dev="vda" bus="virtio"/></disk>
      <interface type="bridge"><mac address="56:6f:00:01:02:03"/><source bridge="ovirtmgmt"/><model type="virtio"/></interface>
      <graphics type="vnc" port="-1" autoport="yes"/></devices></domain>`;
}

/** A guest without disks: it can start on any host. */
export function diskless(vmId = ids.vm): string {
  return domainXml({ vmId }).replace(/<metadata>[\s\S]*<\/metadata>/, "");
}

type TaskWaiter = (taskId: string) => Promise<void>;

/** A local storage domain, its pool with this host as SPM, and one volume: the flow of the Manager. */
export async function prepareStorage(call: AgentCalls, waitForTask: TaskWaiter): Promise<void> {
  await call.StoragePool.connectStorageServer({
    storagepoolID: blankUuid,
    domainType: 4,
    connectionParams: [{ id: ids.connection, connection: "/data" }],
  });
  await call.StorageDomain.create({
    storagedomainID: ids.domain,
    domainType: 4,
    typeArgs: "/data",
    name: "local",
    domainClass: 1,
    version: 5,
  });
  const master = { masterSdUUID: ids.domain, masterVersion: 1 };
  const storagepoolID = ids.pool;
  await call.StoragePool.create({
    storagepoolID,
    name: "dc",
    ...master,
    domainList: [ids.domain],
    lockRenewalIntervalSec: 5,
    leaseTimeSec: 60,
    ioOpTimeoutSec: 10,
    leaseRetries: 3,
  });
  await call.StoragePool.connect({ storagepoolID, hostID: 1, scsiKey: ids.pool, ...master, domainDict: {} });
  await waitForTask(
    await call.StoragePool.spmStart({ storagepoolID, prevID: -1, prevLver: "-1", enableScsiFencing: "false" }),
  );
  await call.StorageDomain.activate({ storagedomainID: ids.domain, storagepoolID });
  await waitForTask(
    await call.Volume.create({
      volumeID: ids.volume,
      storagepoolID,
      storagedomainID: ids.domain,
      imageID: ids.image,
      size: "10737418240",
      volFormat: 4,
      preallocate: 2,
      diskType: "DATA",
      desc: "",
      srcImgUUID: blankUuid,
      srcVolUUID: blankUuid,
    }),
  );
}
