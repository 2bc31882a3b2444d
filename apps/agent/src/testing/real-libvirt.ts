import { access, chmod, constants, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LibvirtDaemon, startPrivateLibvirtd, stopPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";

/** What tests against a real libvirtd lack on this machine; `undefined`: nothing. */
export async function whyNoRealLibvirt(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "a libvirtd of our own needs root";
  for (const program of ["/usr/sbin/libvirtd", "/usr/sbin/virtlogd", "/usr/bin/qemu-system-x86_64"]) {
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${program} is not installed`;
  }
  return undefined;
}

export interface RealLibvirt extends AsyncDisposable {
  readonly directory: string;
  readonly daemon: LibvirtDaemon;
  pid(): Promise<number>;
  /** Ends the daemon as a crash would; its guests go on. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A libvirtd for one test file, below a directory that QEMU's user can pass. */
export async function startRealLibvirt(): Promise<RealLibvirt> {
  const directory = await mkdtemp("/var/tmp/yagura-agent-");
  await chmod(directory, 0o755);
  const libvirtDirectory = join(directory, "libvirt");
  const daemon = await startPrivateLibvirtd(libvirtDirectory);
  const pid = async (): Promise<number> =>
    Number(await readFile(join(libvirtDirectory, "libvirtd.daemon-pid"), "utf8"));
  return {
    directory,
    daemon,
    pid,
    kill: async () => void process.kill(await pid(), "SIGKILL"),
    start: async () => void (await startPrivateLibvirtd(libvirtDirectory)),
    async [Symbol.asyncDispose]() {
      await stopPrivateLibvirtd(libvirtDirectory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
