// A host of the lab as an NFS server, and others as its clients.
import { createHash } from "node:crypto";
import type { UmlHost } from "./uml-host.ts";

/** Programs that the hosts need for it, for `whyNoUml`. */
export const nfsPrograms = { "/usr/sbin/rpc.nfsd": "nfs-kernel-server", "/usr/sbin/mount.nfs": "nfs-common" };

/** The root of all that is exported: a folder `data` in it is mounted as `10.99.0.1xx:/data`. */
const exportedRoot = "/srv";
/** The server's disk: folders of the exports, and what NFS itself must not forget. */
const diskRoot = "/mnt/exported";

/**
 * After a start the server waits at most so long for clients of before to take back what they had, and no longer than until all
 * have. One that comes later has lost its locks: what held one, as a guest its disk, can only fail from then on.
 */
const graceSeconds = 60;
/** A client that is silent for so long may lose what it has. */
const leaseSeconds = 10;

/** By which the kernel asks `nfsdcld` about clients of before. */
const pipeFolder = "/run/rpc_pipefs";

/** How an export differs from the ordinary one: writable by all, as root too, its folder of 36:36. */
export interface ExportOptions {
  readonly isReadOnly?: boolean;
  /** Clients' root becomes nobody, as NFS servers do it unless told otherwise. */
  readonly squashesRoot?: boolean;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Serves folders of the disk `device` by NFS 3 and 4, to those who know the names given to `exportFolder`.
 * @param isNew makes a file system on the disk first; otherwise what an earlier start of the server left is there
 * @param exports what clients of before find at once: a file of an export that is missing for a moment is lost to them for good
 */
export async function serveNfs(
  host: UmlHost,
  device: string,
  { isNew = true, exports = [] }: { isNew?: boolean; exports?: Iterable<readonly [string, ExportOptions]> } = {},
): Promise<void> {
  if (isNew) await host.run("mkfs.ext4", ["-q", "-E", "nodiscard", device]);
  await host.run("mkdir", ["-p", diskRoot]);
  await host.run("mount", [device, diskRoot]);
  // Which clients there were must be known after a start, so that they may take back what they had open.
  const known = `${diskRoot}/.recovery`;
  await host.run("mkdir", ["-p", known, pipeFolder]);
  await host.run("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", exportedRoot]);
  await host.run("modprobe", ["nfsd"]);
  await host.run("mount", ["-t", "nfsd", "nfsd", "/proc/fs/nfsd"]);
  await host.writeFile("/proc/fs/nfsd/nfsv4gracetime", `${graceSeconds}\n`);
  await host.writeFile("/proc/fs/nfsd/nfsv4leasetime", `${leaseSeconds}\n`);
  await host.run("mount", ["-t", "rpc_pipefs", "sunrpc", pipeFolder]);
  await host.run("nfsdcld", ["--pipefsdir", pipeFolder, "--storagedir", known]);
  await host.run("rpcbind", []);
  await host.run("exportfs", ["-i", "-o", "ro,no_subtree_check,fsid=0", `*:${exportedRoot}`]);
  for (const [name, options] of exports) await exportFolder(host, name, options);
  await host.run("rpc.mountd", []);
  await host.run("rpc.nfsd", ["4"]);
}

/**
 * Exports a folder, made if need be; returns what hosts mount. Each folder is a mount of its own, because only those
 * have options of their own; its handles stay valid when the server starts again and exports it by the same name.
 */
export async function exportFolder(server: UmlHost, name: string, options: ExportOptions = {}): Promise<string> {
  const { isReadOnly = false, squashesRoot = false, owner = { uid: 36, gid: 36 } } = options;
  const [folder, path] = [folderOf(name), exportedAt(name)];
  await server.run("install", ["-d", "-o", `${owner.uid}`, "-g", `${owner.gid}`, "-m", "755", folder]);
  if ((await server.run("mountpoint", ["-q", path], { okCodes: [0, 1, 32] })).code !== 0) {
    await server.run("mkdir", ["-p", path]);
    await server.run("mount", ["--bind", folder, path]);
  }
  const fsid = createHash("md5").update(name).digest("hex");
  const flags = [isReadOnly ? "ro" : "rw", squashesRoot ? "root_squash" : "no_root_squash"];
  const all = [...flags, "sync", "no_subtree_check", `fsid=${fsid}`].join(",");
  await server.run("exportfs", ["-i", "-o", all, `*:${path}`]);
  await server.run("exportfs", ["-f"]);
  return `${server.address}:/${name}`;
}

/** Takes an export away from its clients: what they have open is stale at once. `exportFolder` gives it back. */
export async function withdrawExport(server: UmlHost, name: string): Promise<void> {
  const path = exportedAt(name);
  await server.run("exportfs", ["-u", `*:${path}`]);
  await server.run("exportfs", ["-f"]);
  // Else who mounts it would get the empty folder in which it was.
  await server.run("umount", ["-l", path]);
  await server.run("rmdir", [path]);
}

/** The folder of an export as the server itself sees it. */
export function folderOf(name: string): string {
  return `${diskRoot}/${name}`;
}

function exportedAt(name: string): string {
  return `${exportedRoot}/${name}`;
}

/** Mounts it with the options that VDSM mounts storage domains with. */
export async function mountNfs(client: UmlHost, remote: string, path: string, version = "4.2"): Promise<void> {
  await client.run("mkdir", ["-p", path]);
  await client.run("modprobe", ["nfs"]);
  const options = ["soft", "nosharecache", "timeo=100", "retrans=3", `vers=${version}`];
  if (version === "3") options.push("nolock");
  await client.run("mount", ["-t", "nfs", "-o", options.join(","), remote, path]);
}
