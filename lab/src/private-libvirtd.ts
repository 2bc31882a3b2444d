// A libvirtd of our own, for machines where none runs: all it reads and writes lies below one directory.
//
// As root it lives in a mount namespace in which /etc/libvirt, /var/lib/libvirt, /run/libvirt … are folders of that
// directory, because these paths are compiled into libvirt. As another user the XDG variables do the same.
// The daemon outlives whoever started it, and its guests outlive the daemon: a new one adopts them.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { pathExists } from "@yagura/std/path-exists.ts";
import { poll } from "@yagura/std/poll.ts";
import { openPrivateNamespace, type PrivateNamespace } from "./private-namespace.ts";
import { readRecord, recordProcess, stopRecorded } from "./recorded-process.ts";
import { ensureShortPath, removeShortPath } from "./short-path.ts";

export interface LibvirtDaemon {
  readonly uri: "qemu:///system" | "qemu:///session";
  readonly socketPath: string;
  /** False for a daemon that ran before, which we neither restart nor reconfigure. */
  readonly isOurs: boolean;
}

const systemSockets = ["/run/libvirt/libvirt-sock", "/var/run/libvirt/libvirt-sock"];

/** What libvirt calls its own, and the folder below our directory that takes its place. */
const privateFolders: Readonly<Record<string, string>> = {
  "/etc/libvirt": "etc",
  "/var/lib/libvirt": "lib",
  "/var/cache/libvirt": "cache",
  "/var/log/libvirt": "log",
  "/run/libvirt": "run",
};

/** Finds the machine's libvirtd, or starts one of our own below `directory` (which QEMU's user must be able to pass). */
export async function ensureLibvirtd(directory: string): Promise<LibvirtDaemon> {
  if (process.getuid?.() === 0) {
    for (const socketPath of systemSockets) {
      if (await answers(socketPath)) return { uri: "qemu:///system", socketPath, isOurs: false };
    }
  }
  return startPrivateLibvirtd(directory);
}

/** The libvirtd that guests started with this directory run on: ours if it runs, else the machine's, if that runs. */
export async function findLibvirtd(directory: string): Promise<LibvirtDaemon | undefined> {
  const hasStarted = await pathExists(join(directory, "libvirtd.pid"));
  const own = hasStarted ? await privateDaemon(directory) : undefined;
  if (own !== undefined && (await answers(own.socketPath))) return own;
  if (process.getuid?.() !== 0) return undefined;
  for (const socketPath of systemSockets) {
    if (await answers(socketPath)) return { uri: "qemu:///system", socketPath, isOurs: false };
  }
  return undefined;
}

async function privateDaemon(directory: string): Promise<LibvirtDaemon> {
  if (process.getuid?.() === 0) {
    return { uri: "qemu:///system", socketPath: join(directory, "run/libvirt-sock"), isOurs: true };
  }
  const short = await ensureShortPath(join(directory, "xdg"));
  return { uri: "qemu:///session", socketPath: join(short, "run/libvirt/libvirt-sock"), isOurs: true };
}

/** Starts a libvirtd below `directory`, or finds the one that was started there before. */
export async function startPrivateLibvirtd(directory: string): Promise<LibvirtDaemon> {
  const daemon = await privateDaemon(directory);
  const isRunning = (await readRecord(join(directory, "libvirtd.pid"))) !== undefined;
  if (isRunning && (await answers(daemon.socketPath))) return daemon;

  await stopPrivateLibvirtd(directory);
  await (daemon.uri === "qemu:///system" ? startSystem(directory) : startSession(directory));
  await poll("libvirtd to answer", () => answers(daemon.socketPath), { timeoutMs: 30_000 });
  return daemon;
}

/** Ends the daemons started below `directory`. Guests go on. */
export async function stopPrivateLibvirtd(directory: string): Promise<void> {
  await stopRecorded(join(directory, "libvirtd.pid"));
  await stopRecorded(join(directory, "virtlogd.pid"));
  await removeShortPath(join(directory, "xdg"));
}

async function startSystem(directory: string): Promise<void> {
  for (const [path, folder] of Object.entries(privateFolders)) {
    await mkdir(path, { recursive: true });
    await mkdir(join(directory, folder), { recursive: true, mode: 0o755 });
  }
  await mkdir(join(directory, "etc/qemu/networks"), { recursive: true });
  await writeFile(join(directory, "etc/libvirtd.conf"), await daemonConfiguration(directory));
  await writeFile(join(directory, "etc/qemu.conf"), await qemuConfiguration(directory));
  using namespace = await openPrivateNamespace(); // It lives on with the daemons.
  for (const [path, folder] of Object.entries(privateFolders)) await namespace.cover(path, join(directory, folder));
  if (!(await canUseKvm())) await hideKvm(directory, namespace);
  await startDaemon(directory, "virtlogd", [...namespace.enter, "virtlogd"]);
  await startDaemon(directory, "libvirtd", [...namespace.enter, "libvirtd"]);
}

/** KVM runs guests only where the CPU has VT or AMD-V; a device alone proves nothing. */
async function canUseKvm(): Promise<boolean> {
  return /^flags\s*:.*\b(vmx|svm)\b/m.test(await readFile("/proc/cpuinfo", "utf8"));
}

/**
 * Puts an unreadable file over a /dev/kvm that cannot run guests. Otherwise QEMU, which is asked as one user, says that it
 * has KVM, libvirt as another user finds that it has not, and asks QEMU again and again: 90 s for each start of a guest.
 */
async function hideKvm(directory: string, namespace: PrivateNamespace): Promise<void> {
  if (!(await pathExists("/dev/kvm"))) return;
  const cover = join(directory, "no-kvm");
  await writeFile(cover, "", { mode: 0o000 });
  await namespace.cover("/dev/kvm", cover);
}

async function startSession(directory: string): Promise<void> {
  await mkdir(join(directory, "xdg"), { recursive: true, mode: 0o700 });
  const env = sessionEnvironment(await ensureShortPath(join(directory, "xdg")));
  for (const path of Object.values(env)) await mkdir(path, { recursive: true, mode: 0o700 });
  await startDaemon(directory, "virtlogd", ["virtlogd"], env);
  await startDaemon(directory, "libvirtd", ["libvirtd"], env);
}

/** Where a session daemon keeps its sockets and files when it is ours. */
function sessionEnvironment(xdg: string): Record<string, string> {
  return {
    XDG_RUNTIME_DIR: join(xdg, "run"),
    XDG_CONFIG_HOME: join(xdg, "config"),
    XDG_CACHE_HOME: join(xdg, "cache"),
    XDG_DATA_HOME: join(xdg, "data"),
  };
}

async function startDaemon(
  directory: string,
  name: string,
  command: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const [program = "", ...args] = command;
  await rm(join(directory, `${name}.pid`), { force: true });
  const child = spawn(program, [...args, "--pid-file", join(directory, `${name}.daemon-pid`)], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, ...env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  child.once("error", reject);
  child.once("exit", (code, signal) => reject(new Error(`${name} ended at once (${code ?? signal})`)));
  // nsenter becomes the daemon: the process stays the same, so this record holds for its whole life.
  const started = poll(`${name} to start`, () => readPid(join(directory, `${name}.daemon-pid`), child.pid), {
    timeoutMs: 20_000,
  });
  await Promise.race([started, failed]);
  await recordProcess(join(directory, `${name}.pid`), child.pid ?? 0);
  child.removeAllListeners();
  child.unref();
}

async function readPid(path: string, wanted: number | undefined): Promise<boolean> {
  return Number(await readFile(path, "utf8").catch(() => "")) === wanted;
}

/** Root alone may connect; the host's id is chosen once, for machines whose firmware tells none or a common one. */
async function daemonConfiguration(directory: string): Promise<string> {
  const idFile = join(directory, "host-uuid");
  const hostUuid = await readFile(idFile, "utf8").catch(() => crypto.randomUUID());
  await writeFile(idFile, hostUuid);
  return [
    'auth_unix_rw = "none"',
    'unix_sock_group = "root"',
    `host_uuid = "${hostUuid}"`,
    'log_outputs = "3:file:/var/log/libvirt/libvirtd.log"',
    "",
  ].join("\n");
}

/**
 * Guests run as libvirt's own user. They get no mount namespace each (it cannot be made over a hidden /dev/kvm), and no
 * control groups where this machine has the old kind, which libvirt can use only through systemd.
 */
async function qemuConfiguration(directory: string): Promise<string> {
  const hasUnifiedGroups = (await readFile("/proc/mounts", "utf8")).includes("/sys/fs/cgroup cgroup2 ");
  const { first, last } = consolePorts(directory);
  const lines = [
    'security_driver = "none"',
    'stdio_handler = "logd"',
    "namespaces = []",
    `remote_display_port_min = ${first}`,
    `remote_display_port_max = ${last}`,
  ];
  if (!hasUnifiedGroups) lines.push("cgroup_controllers = []");
  return `${lines.join("\n")}\n`;
}

/**
 * A hundred ports for the consoles of this daemon's guests, the same as long as it is below this directory: two daemons that
 * start a guest in the same moment would both find the same port free. Below those that the kernel gives out.
 */
function consolePorts(directory: string): { readonly first: number; readonly last: number } {
  const first = 5900 + 100 * (createHash("sha256").update(directory).digest().readUInt32BE() % 250);
  return { first, last: first + 99 };
}

/** Whether something accepts connections on this socket. */
function answers(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
