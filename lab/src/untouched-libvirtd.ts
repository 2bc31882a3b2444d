// The distribution's libvirtd as a machine would run it, for tests: its own configuration to the byte, its own places, QEMU
// as its own user. It sees none of the machine's guests and networks, and the machine sees nothing of it.
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { openPrivateNamespace, type PrivateNamespace } from "./private-namespace.ts";
import { recordProcess, stopRecorded } from "./recorded-process.ts";

export interface UntouchedLibvirtd extends AsyncDisposable {
  /** Where it runs, with a network of its own. */
  readonly namespace: PrivateNamespace;
  /** The folder that it has as /etc/libvirt. */
  readonly configuration: string;
  readonly pid: number;
}

/** Starts it below an empty directory. When disposed of, its guests and networks end too, whoever made them. */
export async function openUntouchedLibvirtd(directory: string): Promise<UntouchedLibvirtd> {
  await using started = new AsyncDisposableStack();
  const namespace = started.use(await openPrivateNamespace({ network: true }));
  const configuration = join(directory, "etc");
  await copyConfiguration(configuration);
  await namespace.cover("/etc/libvirt", configuration);
  for (const path of ["/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt", "/run/libvirt"]) {
    await mkdir(path, { recursive: true });
    await namespace.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", path);
  }
  await leaveOutKvm(namespace, join(directory, "dev"));
  started.defer(() => stopDaemon(directory, "virtlogd"));
  await startDaemon(namespace, directory, "virtlogd");
  started.defer(() => stopDaemon(directory, "libvirtd"));
  const pid = await startDaemon(namespace, directory, "libvirtd");
  started.defer(() => endGuestsAndNetworks(namespace));
  const services = started.move();
  return { namespace, configuration, pid, [Symbol.asyncDispose]: () => services.disposeAsync() };
}

/** Only the settings: guests and networks that the machine has defined must not be started a second time. */
async function copyConfiguration(to: string): Promise<void> {
  await mkdir(to);
  for (const file of await readdir("/etc/libvirt")) {
    if (file.endsWith(".conf")) await cp(join("/etc/libvirt", file), join(to, file), { preserveTimestamps: true });
  }
}

/**
 * A /dev without kvm. That is a measure of this test environment only: where the CPU has neither VT nor AMD-V, a device
 * that is there all the same makes libvirt ask QEMU for its abilities again and again, 90 s for each start of a guest.
 */
async function leaveOutKvm(namespace: PrivateNamespace, work: string): Promise<void> {
  if (/^flags\s*:.*\b(vmx|svm)\b/m.test(await readFile("/proc/cpuinfo", "utf8"))) return;
  await mkdir(work);
  await namespace.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", work);
  const ownMounts = ["pts", "shm", "mqueue", "hugepages"];
  const devices = (await readdir("/dev")).filter((name) => name !== "kvm" && !ownMounts.includes(name));
  await namespace.run("cp", "--archive", ...devices.map((name) => `/dev/${name}`), work);
  await namespace.run("mkdir", join(work, "pts"), join(work, "shm"));
  await namespace.run("mount", "--bind", "/dev/pts", join(work, "pts"));
  // The old one goes away for good: libvirt moves everything it finds mounted below /dev into each guest's own.
  await namespace.run("umount", "--recursive", "--lazy", "/dev");
  await namespace.run("mount", "--move", work, "/dev");
}

async function startDaemon(namespace: PrivateNamespace, directory: string, name: string): Promise<number> {
  const pidFile = join(directory, `${name}.daemon-pid`);
  await namespace.run(`/usr/sbin/${name}`, "--daemon", "--pid-file", pidFile);
  const readPid = async (): Promise<number> => Number(await readFile(pidFile, "utf8").catch(() => "0"));
  const pid = await poll(`${name} to start`, async () => (await readPid()) || undefined, { timeoutMs: 20_000 });
  await recordProcess(join(directory, `${name}.pid`), pid);
  return pid;
}

async function stopDaemon(directory: string, name: string): Promise<void> {
  await stopRecorded(join(directory, `${name}.pid`));
}

async function endGuestsAndNetworks(namespace: PrivateNamespace): Promise<void> {
  const virsh = (...args: string[]): Promise<string> => namespace.run("virsh", "--connect", "qemu:///system", ...args);
  const names = (list: string): string[] => list.split("\n").filter((name) => name.trim() !== "");
  for (const name of names(await virsh("list", "--name"))) await virsh("destroy", name);
  for (const name of names(await virsh("net-list", "--name"))) await virsh("net-destroy", name.trim());
}
