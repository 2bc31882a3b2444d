import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";

/** The layout of the disk: boot loader and kernel on FAT, what the guest writes on ext4. */
const bootPartition = { startBytes: 1 * MiB, sizeBytes: 63 * MiB };
const dataPartition = { startBytes: 64 * MiB, sizeBytes: 192 * MiB };
const diskBytes = 256 * MiB;
const sectorBytes = 512;

/** The part of the first sector that holds boot code; the partition table follows it. */
const bootCodeBytes = 440;

/**
 * Writes a disk that a PC's BIOS boots: partition table, boot loader, kernel, and an empty ext4 for the guest's data.
 * Everything is done on plain files, without mounting anything and without any rights.
 * @param parts the kernel and initrd to boot
 * @param directory where to work
 * @param out the qcow2 file to write; its virtual size is 256 MiB
 */
export async function buildDiskImage(
  parts: { readonly kernel: string; readonly initrd: string },
  directory: string,
  out: string,
): Promise<void> {
  const disk = join(directory, "disk.raw");
  await truncateTo(disk, diskBytes);
  const line = (part: { startBytes: number; sizeBytes: number }, rest: string): string =>
    `start=${part.startBytes / sectorBytes}, size=${part.sizeBytes / sectorBytes}, ${rest}\n`;
  await runProgram("sfdisk", ["--quiet", disk], {
    input: `label: dos\nlabel-id: 0x59414755\n${line(bootPartition, "type=c, bootable")}${line(dataPartition, "type=83")}`,
  });

  const fat = `${disk}@@${bootPartition.startBytes}`;
  const sectors = bootPartition.sizeBytes / sectorBytes;
  const hidden = bootPartition.startBytes / sectorBytes;
  await runProgram("mformat", [
    "-i",
    fat,
    "-T",
    `${sectors}`,
    "-H",
    `${hidden}`,
    "-h",
    "64",
    "-s",
    "32",
    "-N",
    "59414755",
    "::",
  ]);
  await runProgram("mcopy", ["-i", fat, parts.kernel, "::vmlinuz"]);
  await runProgram("mcopy", ["-i", fat, parts.initrd, "::initrd.gz"]);
  await runProgram("mcopy", ["-i", fat, join(import.meta.dirname, "files/syslinux.cfg"), "::syslinux.cfg"]);
  await runProgram("syslinux", ["--install", "--offset", `${bootPartition.startBytes}`, disk]);
  await writeBootCode(disk);
  await runProgram("mkfs.ext4", [
    ...["-q", "-F", "-L", "demo-data", "-E", `offset=${dataPartition.startBytes},lazy_itable_init=1`],
    ...[disk, `${dataPartition.sizeBytes / 1024}k`],
  ]);
  await runProgram("qemu-img", ["convert", "-q", "-f", "raw", "-O", "qcow2", "-c", disk, out]);
}

async function truncateTo(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, "");
  const file = await open(path, "r+");
  await file.truncate(sizeBytes);
  await file.close();
}

/** Puts the boot code before the partition table, which stays as it is. */
async function writeBootCode(disk: string): Promise<void> {
  const code = await readFile("/usr/lib/syslinux/mbr/mbr.bin");
  const file = await open(disk, "r+");
  await file.write(code, 0, Math.min(code.length, bootCodeBytes), 0);
  await file.close();
}
