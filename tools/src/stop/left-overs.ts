import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findLibvirtd } from "@yagura/lab/private-libvirtd.ts";

/** Where a libvirtd of ours keeps the numbers of the processes it started: guests, and DHCP servers of networks. */
const processFolders = ["run/qemu", "run/network", "xdg/run/libvirt/qemu/run"];

/** Whether a libvirtd of ours is gone, but what it started may still run. */
export async function hasLeftOvers(directory: string): Promise<boolean> {
  if ((await findLibvirtd(directory))?.isOurs === true) return false;
  const files = await Promise.all(processFolders.map((folder) => readdir(join(directory, folder)).catch(() => [])));
  return files.flat().some((file) => file.endsWith(".pid"));
}
