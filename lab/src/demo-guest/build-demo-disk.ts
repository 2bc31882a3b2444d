import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "@yagura/std/path-exists.ts";
import { MiB } from "@yagura/std/units.ts";
import { buildDiskImage } from "../disk-image/build-disk-image.ts";
import { buildInitrd } from "./build-initrd.ts";
import { findKernelPackages, unpackPackages } from "./debian-packages.ts";

const commandLine = "console=tty0 console=ttyS0,115200 quiet panic=10 rdinit=/init";

export interface DemoDiskOptions {
  /** Where finished disks are kept; one made of the same parts is not made again. */
  readonly cacheDirectory: string;
  readonly onProgress?: (what: string) => void;
}

/**
 * Builds the demo guest's disk, or finds it in the cache: a qcow2 file of 256 MiB (virtual) with a Debian kernel,
 * busybox and the QEMU guest agent, booted by BIOS; it counts its boots in /data/boot-count. Needs no rights.
 * @returns the path of the finished file, which nobody may change
 * @throws CannotFetchPackage, or ProgramFailed from one of the tools.
 */
export async function buildDemoDisk({ cacheDirectory, onProgress }: DemoDiskOptions): Promise<string> {
  await mkdir(cacheDirectory, { recursive: true });
  const kernel = await findKernelPackages(join(cacheDirectory, "lists"));
  const finished = join(cacheDirectory, `demo-${await fingerprint(kernel.names)}.qcow2`);
  if (await pathExists(finished)) return finished;

  const work = `${finished}.${process.pid}.work`;
  await mkdir(work, { recursive: true });
  try {
    onProgress?.("fetching the guest's kernel and agent");
    const root = await unpackPackages({ ...kernel, names: [...kernel.names, "qemu-guest-agent"] }, work);
    onProgress?.("making the guest's first file system");
    const parts = await buildInitrd(root, work);
    onProgress?.("writing the guest's disk");
    await buildDiskImage(
      { ...parts, commandLine, bootBytes: 63 * MiB, dataBytes: 192 * MiB },
      work,
      join(work, "disk.qcow2"),
    );
    await rename(join(work, "disk.qcow2"), finished);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return finished;
}

/** Changes with the kernel's version and with every file of this folder, so that an old disk is never taken for a new one. */
async function fingerprint(packages: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(packages.join(" "));
  const files = await readdir(import.meta.dirname, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile() && !entry.name.includes(".test.")).sort(byPath)) {
    hash.update(file.name).update(await readFile(join(file.parentPath, file.name)));
  }
  return hash.digest("hex").slice(0, 16);
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}
