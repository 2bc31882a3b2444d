import { access } from "node:fs/promises";

const needs: Readonly<Record<string, string>> = {
  "/usr/bin/linux.uml": "user-mode-linux",
  "/usr/lib/uml/modules": "user-mode-linux",
  "/usr/sbin/ethtool": "ethtool",
  "/usr/sbin/modprobe": "kmod",
  "/usr/bin/busybox": "busybox-static",
  "/dev/net/tun": "the tun module of the kernel",
};

/**
 * Why hosts with kernels of their own cannot run here, or `false`; for the `skip` of a test.
 * @param more paths that the test needs besides, each with the package that brings it
 */
export async function whyNoUml(more: Readonly<Record<string, string>> = {}): Promise<string | false> {
  if (process.getuid?.() !== 0) return "hosts with kernels of their own need root, for their network";
  if (process.arch !== "x64") return `there is no user-mode kernel for ${process.arch}`;
  for (const [path, what] of Object.entries({ ...needs, ...more })) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) return `hosts with kernels of their own need ${path} (${what})`;
  }
  return false;
}
