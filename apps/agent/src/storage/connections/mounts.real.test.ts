// Real mounts of all kinds but NFS, which needs a kernel that has it: nfs.real.test.ts.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "@yagura/std/clock.ts";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { mountsPath } from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import { findMount, readMounts } from "../../root/mount-table.ts";
import { hasPrivateMounts, runInPrivateMounts } from "../../testing/in-private-mounts.ts";
import type { ConnectionStatus, MountParameters, StorageConnection } from "../contract/connections.ts";
import { Mounts } from "../files/mounts.ts";
import { openStorageFiles, replaceText } from "../files/storage-files.ts";
import { spawnFileChild } from "../tools/spawn-file-child.ts";
import { openConnectionKinds } from "./connection-kinds.ts";
import { openConnections } from "./connections.ts";
import { MountedStorage } from "./mounted-storage.ts";
import { openWantedMounts } from "./wanted-mounts.ts";

const needsRoot = process.getuid?.() !== 0 && "only root can mount";
const STORAGE = "36:36";

if (hasPrivateMounts) suite("mounts", mounts);
else {
  test("mounts, in a namespace of their own", { skip: needsRoot }, async () => {
    await runInPrivateMounts(import.meta.filename, 120_000);
  });
}

function mounts(): void {
  const resources = new AsyncDisposableStack();
  let place: string;
  let host: Awaited<ReturnType<typeof openHost>>;

  before(async () => {
    const directory = resources.use(await temporaryDirectory());
    place = directory.path;
    // The owner of storage has to get there.
    await chmod(place, 0o755);
    host = await openHost(`${place}/data-center`);
    resources.defer(() => host.close());
  });
  after(() => resources.disposeAsync());

  test("storage is mounted, used as 36:36, and unmounted", async () => {
    const connection = posix(await makeSource("good"), { options: "bind" });
    const target = host.targetOf(connection);
    assert.deepEqual(await host.connect(connection), [0]);
    const mounted = findMount(await readMounts(), target);
    assert.equal(mounted?.isReadOnly, false);
    const options = (await runProgram("findmnt", ["-n", "-o", "OPTIONS", target])).stdout;
    assert.match(options, /nosuid,nodev,noexec/);

    await host.files.makeDirectory(`${target}/domain/dom_md`);
    await replaceText(host.files, `${target}/domain/dom_md/metadata`, "KEY=value\n");
    await host.files.createSparse(`${target}/domain/dom_md/ids`, MiB);
    assert.equal(await readFile(`${connection.path}/domain/dom_md/metadata`, "utf8"), "KEY=value\n");
    for (const name of ["dom_md", "dom_md/metadata", "dom_md/ids"]) {
      const { uid, gid, mode } = await stat(`${target}/domain/${name}`);
      const wanted = name === "dom_md" ? 0o755 : name === "dom_md/ids" ? 0o660 : 0o644;
      assert.deepEqual([uid, gid, mode & 0o777], [36, 36, wanted], name);
    }

    assert.deepEqual(await host.connect(connection), [0], "connecting again is harmless");
    assert.equal((await readMounts()).filter((one) => one.target === target).length, 1);
    assert.deepEqual(await host.disconnect(connection), [0]);
    assert.deepEqual([findMount(await readMounts(), target), await readdir(host.mountsDirectory)], [undefined, []]);
    assert.deepEqual(await host.disconnect(connection), [0], "and so is disconnecting");
  });

  test("what cannot be storage is refused, says why, and is not left mounted", async () => {
    const bind = { options: "bind" };
    const [foreign, readOnly] = [await makeSource("foreign", "0:0"), await makeSource("read-only")];
    const file = `${place}/file`;
    await writeFile(file, "");
    const wrong: readonly (readonly [StorageConnection, number, RegExp])[] = [
      [posix(foreign, bind), 469, /cannot be written to by 36:36, to whom it must belong/],
      [posix(readOnly, { options: "bind,ro" }), 469, /it is read-only/],
      [posix(`${place}/absent`, bind), 453, /no such directory, export or device/],
      [posix(file, bind), 453, /it is not a directory/],
      [posix(foreign, { vfsType: "ext4" }), 453, /is not a block device/],
      [posix(foreign, { vfsType: "foofs" }), 470, /does not know such a file system/],
      [posix(foreign, { vfsType: "tmpfs", options: "size=zzz" }), 477, /a mount option is wrong/],
      [posix(readOnly, { options: "bind,suid" }), 1000, /not an option for a mount/],
    ];
    for (const [connection, code, why] of wrong) {
      const [status] = await host.connections.connect([connection]);
      assert.deepEqual([status?.status, whole(status)], [code, whole(status)], connection.path);
      assert.match(status?.message ?? "", why);
    }
    assert.deepEqual(await readdir(host.mountsDirectory), []);
  });

  test("a block device with a file system is storage, with direct I/O", async (context) => {
    const image = `${place}/disk.img`;
    await runProgram("truncate", ["--size=64M", image]);
    await runProgram("mkfs.ext4", ["-q", "-E", "root_owner=36:36", image]);
    const connection = posix(image, { vfsType: "ext4", options: "loop" });
    const [status] = await host.connections.connect([connection]);
    if (/loop device/.test(whole(status))) return context.skip("this machine has no loop devices");
    assert.deepEqual(status, { connectionId: connection.connectionId, status: 0 });
    const path = `${host.targetOf(connection)}/volume`;
    await host.files.createSparse(path, MiB);
    await host.files.writeBytes(path, 4096, Buffer.alloc(8192, 7));
    await host.files.writeBytes(path, 100, Buffer.from("no whole block"));
    assert.equal(Buffer.from((await host.files.findBytes(path, 100, 14)) ?? []).toString(), "no whole block");
    assert.deepEqual([...((await host.files.findBytes(path, 4095, 3)) ?? [])], [0, 7, 7]);
    await host.files.wipe(path, new AbortController().signal);
    assert.deepEqual(await readFile(path), Buffer.alloc(MiB));
    assert.deepEqual(await host.disconnect(connection), [0]);
  });

  test("storage that a program of this host uses stays mounted", async () => {
    const connection = posix(await makeSource("busy"), { options: "bind" });
    await host.connect(connection);
    const user = spawn("sleep", ["1000"], { cwd: host.targetOf(connection), stdio: "ignore" });
    try {
      const [status] = await host.connections.disconnect([connection]);
      assert.equal(status?.status, 452);
      assert.match(whole(status), /something on this host has a file of it open/);
      assert.equal(await host.files.findText(`${host.targetOf(connection)}/absent`, 10), undefined);
    } finally {
      user.kill("SIGKILL");
    }
    await poll("disconnecting", async () => (await host.disconnect(connection))[0] === 0, { timeoutMs: 5_000 });
  });

  test("nothing is ever written to the place of a mount that is gone, and it is mounted again", async () => {
    const connection = posix(await makeSource("lost"), { options: "bind" });
    const target = host.targetOf(connection);
    await host.connect(connection);
    await runProgram("umount", [target]);
    await assert.rejects(host.files.makeDirectory(`${target}/domain`), { name: "StorageError", code: 379 });
    assert.deepEqual(await readdir(target), []);
    assert.equal(await host.mounted.heal(`${target}/domain`, new Error("gone")), true);
    await host.files.makeDirectory(`${target}/domain`);
    assert.equal(await host.mounted.heal(`${target}/domain`, new Error("only slow")), false);
    assert.deepEqual(await host.disconnect(connection), [0]);
  });

  test("storage that comes back unusable is not left mounted, and is tried again until it can be used", async () => {
    const connection = posix(await makeSource("taken"), { options: "bind" });
    const target = host.targetOf(connection);
    await host.connect(connection);
    await runProgram("umount", [target]);
    await chown(connection.path, 0, 0);
    assert.equal(await host.mounted.heal(`${target}/domain`, new Error("gone")), false);
    assert.equal(findMount(await readMounts(), target), undefined);
    await chown(connection.path, 36, 36);
    assert.equal(await host.mounted.heal(`${target}/domain`, new Error("gone")), true);
    await host.files.makeDirectory(`${target}/domain`);
    assert.deepEqual(await host.disconnect(connection), [0]);
  });

  test("a local directory on somebody's own network mount is bound to its place, and served by a child", async () => {
    const mount = `${place}/own-mount`;
    await mkdir(mount);
    await runProgram("mount", ["-t", "tmpfs", "-o", "uid=36,gid=36,size=8m", "none", mount]);
    await mkdir(`${mount}/storage`);
    await chown(`${mount}/storage`, 36, 36);
    // By a name that does not tell it.
    await symlink(`${mount}/storage`, `${place}/srv_link`);
    for (const path of [`${mount}/storage`, `${place}/srv_link`]) {
      const connection: StorageConnection = { connectionId: path, type: "LOCALFS", path };
      const target = host.targetOf(connection);
      // As an agent before this one left it.
      await symlink(path, target);
      assert.deepEqual(await host.connect(connection), [0]);
      assert.deepEqual(await host.connect(connection), [0], "connecting again is harmless");
      await host.files.makeDirectory(`${target}/domain`);
      assert.equal((await stat(`${mount}/storage/domain`)).uid, 36);
      assert.equal(findMount(await readMounts(), target)?.type, "tmpfs");
      await host.files.remove(`${target}/domain`);
      assert.deepEqual(await host.disconnect(connection), [0]);
      await assert.rejects(lstat(target), { code: "ENOENT" });
    }
    await runProgram("umount", [mount]);
    const plain: StorageConnection = { connectionId: "p", type: "LOCALFS", path: await makeSource("plain") };
    assert.deepEqual(await host.connect(plain), [0]);
    assert.equal((await lstat(host.targetOf(plain))).isSymbolicLink(), true);
    assert.deepEqual(await host.disconnect(plain), [0]);
  });

  test("the agent after this one takes over what is mounted", async () => {
    const connection = posix(await makeSource("kept"), { options: "bind" });
    await host.connect(connection);
    const next = await openHost(`${place}/data-center`);
    try {
      const path = `${next.targetOf(connection)}/file`;
      await next.files.writeText(path, "by the child");
      assert.equal((await stat(path)).uid, 36);
      assert.deepEqual(await next.connect(connection), [0]);
      assert.deepEqual(await next.disconnect(connection), [0]);
    } finally {
      await next.close();
    }
    await host.disconnect(connection);
  });

  test("SIGKILL of the agent ends all that touches storage, even what stands still", async () => {
    const source = await makeSource("killed");
    const connection = posix(source, { options: "bind" });
    await host.connect(connection);
    const program = fileURLToPath(new URL("../files/parent.fixture.ts", import.meta.url));
    const parent = spawn(process.execPath, [program, host.targetOf(connection)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => parent.stdout.once("data", resolve));
    const children = await poll("two children", () => twoChildrenOf(parent.pid ?? 0), { timeoutMs: 10_000 });
    for (const { uid } of children) assert.equal(uid, 36);
    for (const { pid } of children) process.kill(pid, "SIGSTOP");
    parent.kill("SIGKILL");
    const areGone = async (): Promise<boolean> =>
      (await Promise.all(children.map(({ pid }) => lives(pid)))).every((one) => !one);
    await poll("the end of the children", areGone, { timeoutMs: 5_000, everyMs: 20 });
    assert.deepEqual(await host.disconnect(connection), [0], "nobody has a file open");
  });

  async function makeSource(name: string, owner = STORAGE): Promise<string> {
    const path = `${place}/srv_${name}`;
    await mkdir(path);
    await runProgram("chown", [owner, path]);
    return path;
  }
}

function posix(path: string, mount: MountParameters): StorageConnection {
  return { connectionId: path, type: "POSIXFS", path, mount: { vfsType: "none", ...mount } };
}

/** Connections and files of a host, as `openStorage` puts them together. */
async function openHost(repositoryPath: string) {
  const mountsDirectory = mountsPath(repositoryPath);
  await mkdir(mountsDirectory, { recursive: true });
  const root = rootCallsInProcess(true, mountsDirectory);
  const mounts = new Mounts({ mountsDirectory, clock: systemClock, spawnChild: spawnFileChild });
  const files = mounts.route(openStorageFiles(root));
  const log = silentLog;
  const mounted = new MountedStorage({
    clock: systemClock,
    log,
    root,
    mountsDirectory,
    mounts,
    wantedMounts: openWantedMounts({ path: `${repositoryPath}/mounts.json`, log }),
    readMounts,
    isInUse: () => false,
  });
  await mounted.adopt();
  const kinds = openConnectionKinds({
    repositoryPath,
    files,
    mounted,
    log,
    canMount: true,
    // A file system in memory takes the part of a network's.
    readMounts: async () => (await readMounts()).map((one) => (one.type === "tmpfs" ? { ...one, type: "nfs4" } : one)),
  });
  const connections = openConnections({ kinds, known: { forget: () => undefined }, log });
  const codes = (statuses: readonly ConnectionStatus[]): number[] => statuses.map(({ status }) => status);
  return {
    mountsDirectory,
    files,
    mounted,
    connections,
    connect: async (...wanted: StorageConnection[]) => codes(await connections.connect(wanted)),
    disconnect: async (...gone: StorageConnection[]) => codes(await connections.disconnect(gone)),
    targetOf: ({ path }: StorageConnection) => `${mountsDirectory}/${path.replaceAll("_", "__").replaceAll("/", "_")}`,
    close: () => mounts.close(),
  };
}

function whole(status: ConnectionStatus | undefined): string {
  const texts: string[] = [];
  for (let at = status?.error; at instanceof Error; at = at.cause) texts.push(at.message);
  return texts.join(": ");
}

async function twoChildrenOf(parent: number): Promise<{ pid: number; uid: number }[] | undefined> {
  const pids = (await readFile(`/proc/${parent}/task/${parent}/children`, "utf8")).trim().split(" ").map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, uid: (await stat(`/proc/${pid}`)).uid })));
  return found.length === 2 && found.every(({ uid }) => uid === 36) ? found : undefined;
}

async function lives(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^State:\s+[^ZX]/m.test(status);
}
