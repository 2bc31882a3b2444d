import { chmod, chown, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Disk, VolumeReference } from "@yagura/domain-xml";
import { newId } from "@yagura/std/ids.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import type { DiskImages, PreparedDisk } from "../virt/virt-context.ts";

export interface GuestDisk {
  readonly volume: VolumeReference;
  readonly disk: Disk;
  readonly prepared: PreparedDisk;
}

/** A disk of a guest as the Manager defines it, whose bytes are in the first of these files, the leaf. */
export function guestDisk(
  paths: readonly [string, ...string[]],
  { format = "raw", isShared = true }: { format?: Disk["format"]; isShared?: boolean } = {},
): GuestDisk {
  const volume = { poolId: newId(), domainId: newId(), imageId: newId(), volumeId: newId() } as VolumeReference;
  return {
    volume,
    disk: {
      device: "disk",
      bus: "virtio",
      target: "vda",
      source: { kind: "file", path: "/rhev/placeholder" },
      format,
      cache: "none",
      io: "threads",
      volume,
      bootOrder: 1,
    },
    prepared: { kind: "file", path: paths[0], chainPaths: paths, isShared },
  };
}

/** The images of these disks, and what became of them. */
export function imagesOfDisks(
  ...disks: readonly GuestDisk[]
): DiskImages & { readonly capacities: Map<string, number> } {
  const capacities = new Map<string, number>();
  return {
    capacities,
    async prepare({ volumeId }) {
      const found = disks.find(({ volume }) => volume.volumeId === volumeId);
      if (found === undefined) throw new Error(`no volume ${volumeId} in this test`);
      return found.prepared;
    },
    teardown: async () => undefined,
    setCapacity: async ({ volumeId }, capacityBytes) => void capacities.set(volumeId, capacityBytes),
  };
}

/** Files as they are on shared storage: 36:36, and nobody else may open them. */
export async function asOnSharedStorage(path: string, mode = 0o660): Promise<void> {
  await chown(path, 36, 36);
  await chmod(path, mode);
}

/** A raw disk from which a machine boots and then writes 4 KiB fifty times a second, through the first MiB, for ever. */
export async function makeWritingDisk(path: string, sizeBytes = 4 * MiB): Promise<void> {
  await writeFile(path, bootSector());
  await using file = await open(path, "r+");
  await file.truncate(sizeBytes);
}

/** A qcow2 disk on top of another one. */
export async function makeOverlay(directory: string, base: string): Promise<string> {
  const path = join(directory, `${newId()}.qcow2`);
  await runProgram("qemu-img", ["create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", path]);
  return path;
}

/** Where the BIOS puts the first sector of the disk. */
const ORIGIN = 0x7c00;

/** The guest: sixteen bits, no kernel, and the BIOS to write with. */
function bootSector(): Buffer {
  const sector = Buffer.alloc(512);
  const [drive, packet] = [0x1f0, 0x1e0];
  const lba = packet + 8;
  const at = (offset: number): number[] => [(ORIGIN + offset) & 0xff, (ORIGIN + offset) >> 8];
  const setUp = [
    ...[0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // ax, ds, es, ss = 0
    ...[0xbc, 0x00, 0x7c], // sp = 7c00
    ...[0x88, 0x16, ...at(drive)], // the drive that was booted from
  ];
  const loop = [
    ...[0x8a, 0x16, ...at(drive)],
    ...[0xbe, ...at(packet)],
    ...[0xb8, 0x00, 0x43, 0xcd, 0x13], // int 13, 43: write what the packet says
    ...[0x66, 0x83, 0x06, ...at(lba), 0x08], // the next eight sectors
    ...[0x66, 0x81, 0x3e, ...at(lba), 0x00, 0x08, 0x00, 0x00], // up to 1 MiB
    ...[0x72, 0x09],
    ...[0x66, 0xc7, 0x06, ...at(lba), 0x40, 0x00, 0x00, 0x00], // then from sector 64 again
    ...[0xb4, 0x86, 0x31, 0xc9, 0xba, 0x20, 0x4e, 0xcd, 0x15], // int 15, 86: wait 20 ms
  ];
  const back = 0x100 - (loop.length + 2);
  Buffer.from([...setUp, ...loop, 0xeb, back]).copy(sector);
  // 16 bytes, 8 sectors, from 0000:7c00, to sector 64 of the disk.
  Buffer.from([0x10, 0, 8, 0, 0x00, 0x7c, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]).copy(sector, packet);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
