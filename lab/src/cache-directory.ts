import { homedir } from "node:os";
import { join } from "node:path";

/** Where tests and labs keep what is slow to make: beside the cache of the bootstrap, outside every checkout. */
function cacheDirectory(): string {
  return process.env["YAGURA_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "yagura");
}

export function demoGuestCache(): string {
  return join(cacheDirectory(), "demo-guest");
}

export function debianGuestCache(): string {
  return join(cacheDirectory(), "debian-guest");
}

/** What libvirt on hosts with kernels of their own found out about QEMU. */
export function umlCapabilitiesCache(): string {
  return join(cacheDirectory(), "uml-qemu-capabilities");
}
