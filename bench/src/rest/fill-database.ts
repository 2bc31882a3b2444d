import type { ClusterId, DataCenterId, DiskId, NicId, StorageDomainId, VmId, VolumeId } from "@yagura/std/ids.ts";
import { newId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { openDatabase } from "../../../apps/manager/src/db/open-database.ts";
import { insertCluster } from "../../../apps/manager/src/db/queries/clusters.ts";
import { insertDataCenter } from "../../../apps/manager/src/db/queries/data-centers.ts";
import { ensureDiskAttachment } from "../../../apps/manager/src/db/queries/disk-attachments.ts";
import { ensureDisk } from "../../../apps/manager/src/db/queries/disks.ts";
import { ensureNic } from "../../../apps/manager/src/db/queries/nics.ts";
import { ensureStorageConnection } from "../../../apps/manager/src/db/queries/storage-connections.ts";
import { ensureStorageDomain } from "../../../apps/manager/src/db/queries/storage-domains.ts";
import { ensureVm } from "../../../apps/manager/src/db/queries/vms.ts";
import { ensureVolume } from "../../../apps/manager/src/db/queries/volumes.ts";
import { defaultMacPoolId, seedDatabase } from "../../../apps/manager/src/db/seed.ts";
import { transaction } from "../../../apps/manager/src/db/transaction.ts";
import type { StorageConnectionId } from "../../../apps/manager/src/domain/storage-domain/storage-connection.ts";
import { blankTemplateId } from "../../../apps/manager/src/domain/template/template.ts";
import type { GuestFacts } from "../../../apps/manager/src/domain/vm/vm.ts";
import { hardwareDefaults } from "../../../apps/manager/src/domain/vm/vm-hardware.ts";

const AT_ONCE = 500;
const texts = { description: "", comment: "" };

/** A database of a Manager with so many VMs, each with a disk, a NIC and what its guest said when it ran last. */
export async function fillDatabase(path: string, vms: number): Promise<readonly VmId[]> {
  const db = await openDatabase({ kind: "sqlite", path });
  try {
    await seedDatabase(db);
    const [dataCenterId, clusterId] = [newId<DataCenterId>(), newId<ClusterId>()];
    const storageDomainId = newId<StorageDomainId>();
    const connection = {
      id: newId<StorageConnectionId>(),
      type: "nfs",
      address: "nfs.example",
      path: "/data",
    } as const;
    await transaction(db, async (tx) => {
      await insertDataCenter(tx, {
        ...texts,
        id: dataCenterId,
        name: "Default",
        isLocal: false,
        status: "uninitialized",
        compatibilityVersion: "4.7",
        macPoolId: defaultMacPoolId,
        masterVersion: 1,
      });
      await insertCluster(tx, {
        ...texts,
        id: clusterId,
        name: "Default",
        dataCenterId,
        macPoolId: defaultMacPoolId,
        architecture: "x86_64",
        cpuType: "",
        compatibilityVersion: "4.7",
        biosType: "q35_sea_bios",
      });
      await ensureStorageConnection(tx, connection);
      await ensureStorageDomain(tx, {
        ...texts,
        id: storageDomainId,
        name: "data",
        purpose: "data",
        type: "nfs",
        formatVersion: 5,
        status: "maintenance",
        isMaster: true,
        dataCenterId,
        connection,
        committedBytes: 0,
        wipeAfterDelete: false,
        createdAtMs: 0,
      });
    });
    const vmIds = Array.from({ length: vms }, () => newId<VmId>());
    for (let first = 0; first < vms; first += AT_ONCE) {
      await transaction(db, async (tx) => {
        for (const [index, vmId] of vmIds.slice(first, first + AT_ONCE).entries()) {
          const number = first + index;
          const mac = `56:6f:1a:${[16, 8, 0].map((bits) => ((number >> bits) & 255).toString(16).padStart(2, "0")).join(":")}`;
          await ensureVm(tx, {
            ...texts,
            id: vmId,
            name: `vm-${String(number).padStart(5, "0")}`,
            clusterId,
            templateId: blankTemplateId,
            type: "server",
            hardware: { ...hardwareDefaults, osType: "debian_9" },
            isDeleteProtected: false,
            createdAtMs: 1_790_000_000_000 + number,
            run: { status: "down", stoppedAtMs: 1_790_000_000_000, guest: guestOf(number, mac), displays: [] },
          });
          const diskId = newId<DiskId>();
          const size = {
            capacityBytes: 20 * GiB,
            actualBytes: GiB,
            format: "cow",
            isSparse: true,
            createdAtMs: 0,
          } as const;
          await ensureDisk(tx, {
            ...size,
            id: diskId,
            name: `vm-${number}-disk`,
            description: "",
            storageDomainId,
            status: "ok",
            isShareable: false,
            wipeAfterDelete: false,
            propagateErrors: false,
            backup: "none",
            contentType: "data",
          });
          await ensureVolume(tx, { ...size, id: newId<VolumeId>(), diskId, storageDomainId, isLeaf: true });
          await ensureDiskAttachment(tx, {
            vmId,
            diskId,
            interface: "virtio",
            isBootable: true,
            isActive: true,
            isReadOnly: false,
            passDiscard: false,
          });
          await ensureNic(tx, {
            id: newId<NicId>(),
            owner: { vmId },
            name: "nic1",
            interface: "virtio",
            macAddress: mac,
            isLinked: true,
            isPlugged: true,
          });
        }
      });
    }
    return vmIds;
  } finally {
    await db.destroy();
  }
}

function guestOf(number: number, macAddress: string): GuestFacts {
  return {
    hostName: `vm-${number}`,
    fqdn: `vm-${number}.example`,
    os: {
      family: "Linux",
      distribution: "Debian GNU/Linux",
      version: "12",
      kernel: "6.1.0-13-amd64",
      architecture: "x86_64",
      codename: "bookworm",
    },
    timeZone: { name: "JST", offsetMinutes: 540 },
    nics: [
      {
        name: "eth0",
        macAddress,
        ipv4: [`10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`],
        ipv6: [],
      },
    ],
    fileSystems: [{ path: "/", type: "ext4", totalBytes: 20 * GiB, usedBytes: GiB }],
    users: [],
    applications: ["kernel-6.1.0-13", "qemu-guest-agent-7.2"],
  };
}
