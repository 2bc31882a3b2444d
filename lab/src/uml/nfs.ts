// A host of the lab as an NFS server, and others as its clients.
import type { UmlHost } from "./uml-host.ts";

/** Programs that the hosts need for it, for `whyNoUml`. */
export const nfsPrograms = { "/usr/sbin/rpc.nfsd": "nfs-kernel-server", "/usr/sbin/mount.nfs": "nfs-common" };

/** Where the exported file system is on the server itself. */
export const exportedRoot = "/srv";

/** After a start the server waits so long for clients of before; the kernel's own 90 s are for bigger networks. */
const graceSeconds = 10;

/**
 * Makes an ext4 on `device` and exports it by NFS 3 and 4; a folder `data` in it is mounted as `10.99.0.1xx:/data`.
 * One file system is the root of all exports, because a layer in memory cannot be exported.
 */
export async function serveNfs(host: UmlHost, device: string): Promise<void> {
  await host.run("mkfs.ext4", ["-q", "-E", "nodiscard", device]);
  await host.run("mount", [device, exportedRoot]);
  await host.run("modprobe", ["nfsd"]);
  await host.run("mount", ["-t", "nfsd", "nfsd", "/proc/fs/nfsd"]);
  for (const name of ["nfsv4gracetime", "nfsv4leasetime"]) {
    await host.writeFile(`/proc/fs/nfsd/${name}`, `${graceSeconds}\n`);
  }
  await host.run("rpcbind", []);
  await host.run("exportfs", ["-i", "-o", "rw,sync,no_root_squash,no_subtree_check,fsid=0", `*:${exportedRoot}`]);
  await host.run("rpc.nfsd", ["4"]);
  await host.run("rpc.mountd", []);
}

/** Makes a folder that hosts can use as a storage domain's; returns what they mount. */
export async function exportFolder(server: UmlHost, name: string): Promise<string> {
  await server.run("install", ["-d", "-o", "36", "-g", "36", "-m", "755", `${exportedRoot}/${name}`]);
  return `${server.address}:/${name}`;
}

/** Mounts it with the options that VDSM mounts storage domains with. */
export async function mountNfs(client: UmlHost, remote: string, path: string, version = "4.2"): Promise<void> {
  await client.run("mkdir", ["-p", path]);
  await client.run("modprobe", ["nfs"]);
  const options = ["soft", "nosharecache", "timeo=100", "retrans=3", `vers=${version}`];
  if (version === "3") options.push("nolock");
  await client.run("mount", ["-t", "nfs", "-o", options.join(","), remote, path]);
}
