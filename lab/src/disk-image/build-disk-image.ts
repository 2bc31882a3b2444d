import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";

const sectorBytes = 512;
const firstPartitionBytes = 1 * MiB;

/** The part of the first sector that holds boot code; the partition table follows it. */
const bootCodeBytes = 440;

export interface DiskImage {
  readonly kernel: string;
  readonly initrd: string;
  /** The kernel's command line. */
  readonly commandLine: string;
  /** A multiple of 1 MiB; kernel and initrd must fit in. */
  readonly bootBytes: number;
  /** Size of the second partition, ext4; a multiple of 1 MiB. */
  readonly dataBytes: number;
  /** What the second partition holds from the start; by default nothing. */
  readonly dataTree?: string;
}

/**
 * Writes a disk that a PC's BIOS boots: partition table, FAT with boot loader and kernel, and an ext4.
 * Everything is done on plain files, without mounting anything and without any rights.
 * @param directory where to work; the plain disk stays in it as `disk.raw`
 * @param out the compressed qcow2 file to write
 */
export async function buildDiskImage(image: DiskImage, directory: string, out: string): Promise<void> {
  const { bootBytes, dataBytes } = image;
  const disk = join(directory, "disk.raw");
  const dataStartBytes = firstPartitionBytes + bootBytes;
  await truncateTo(disk, dataStartBytes + dataBytes);
  const line = (startBytes: number, sizeBytes: number, rest: string): string =>
    `start=${startBytes / sectorBytes}, size=${sizeBytes / sectorBytes}, ${rest}\n`;
  const partitions =
    line(firstPartitionBytes, bootBytes, "type=c, bootable") + line(dataStartBytes, dataBytes, "type=83");
  await runProgram("sfdisk", ["--quiet", disk], { input: `label: dos\nlabel-id: 0x59414755\n${partitions}` });
  await writeBootPartition(image, directory, disk);
  await runProgram(
    "mkfs.ext4",
    [
      ...["-q", "-F", "-L", "data", "-E", `offset=${dataStartBytes},lazy_itable_init=1`],
      ...(image.dataTree === undefined ? [] : ["-d", image.dataTree]),
      ...[disk, `${dataBytes / 1024}k`],
    ],
    { timeoutMs: 300_000 },
  );
  await runProgram("qemu-img", ["convert", "-q", "-f", "raw", "-O", "qcow2", "-c", disk, out], { timeoutMs: 600_000 });
}

async function writeBootPartition(image: DiskImage, directory: string, disk: string): Promise<void> {
  const fat = `${disk}@@${firstPartitionBytes}`;
  const [sectors, hidden] = [image.bootBytes / sectorBytes, firstPartitionBytes / sectorBytes];
  const geometry = ["-T", `${sectors}`, "-H", `${hidden}`, "-h", "64", "-s", "32", "-N", "59414755"];
  await runProgram("mformat", ["-i", fat, ...geometry, "::"]);
  await runProgram("mcopy", ["-i", fat, image.kernel, "::vmlinuz"]);
  await runProgram("mcopy", ["-i", fat, image.initrd, "::initrd.gz"]);
  const menu = join(directory, "syslinux.cfg");
  await writeFile(
    menu,
    `DEFAULT linux\nPROMPT 0\nTIMEOUT 0\nLABEL linux\n  LINUX /vmlinuz\n  INITRD /initrd.gz\n  APPEND ${image.commandLine}\n`,
  );
  await runProgram("mcopy", ["-i", fat, menu, "::syslinux.cfg"]);
  await runProgram("syslinux", ["--install", "--offset", `${firstPartitionBytes}`, disk]);
  await writeBootCode(disk);
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
