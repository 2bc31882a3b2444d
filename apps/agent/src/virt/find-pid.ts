import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The QEMU process of a guest. libvirt writes it down beside its sockets; in which folder depends on the daemon.
 * `undefined`: it cannot be found, or we may not look.
 */
export async function findPid(libvirtRunDirectory: string, vmName: string): Promise<number | undefined> {
  for (const folder of ["qemu", "qemu/run"]) {
    try {
      const pid = Number(await readFile(join(libvirtRunDirectory, folder, `${vmName}.pid`), "utf8"));
      if (Number.isInteger(pid) && pid > 0) return pid;
    } catch {
      // The other folder may have it; without either the process is simply not known.
    }
  }
  return undefined;
}
