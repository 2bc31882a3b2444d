import { access, chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { startPrivateLibvirtd, stopPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";

/** A libvirtd of its own for one test file, gone with everything it kept when it is disposed of. */
export interface RealDaemon extends AsyncDisposable {
  readonly directory: string;
  readonly socketPath: string;
  pid(): Promise<number>;
  /** Another one in its place, after the first was killed. */
  restart(): Promise<void>;
}

/** Why no libvirtd can be started here, or nothing if one can: for `test(…, { skip })`. */
export async function whyNoLibvirtd(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "a private libvirtd for qemu:///system needs root";
  for (const program of ["/usr/sbin/libvirtd", "/usr/sbin/virtlogd", "/usr/bin/qemu-system-x86_64"]) {
    const isThere = await access(program).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${program} is not installed`;
  }
  return false;
}

export async function startRealDaemon(): Promise<RealDaemon> {
  const directory = await mkdtemp("/var/lib/yagura-libvirt-test-");
  await chmod(directory, 0o755); // QEMU's user must be able to pass.
  const { socketPath } = await startPrivateLibvirtd(directory);
  return {
    directory,
    socketPath,
    pid: async () => Number(await readFile(join(directory, "libvirtd.daemon-pid"), "utf8")),
    restart: async () => {
      await startPrivateLibvirtd(directory);
    },
    [Symbol.asyncDispose]: async () => {
      await stopPrivateLibvirtd(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
