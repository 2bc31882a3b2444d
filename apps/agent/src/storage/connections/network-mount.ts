import type { Mount } from "../../root/mount-table.ts";

/** File systems whose server may stop answering; then whoever touches them sits in the kernel. */
const networkTypes = /^(nfs4?|cifs|smb3|smbfs|ceph|9p|afs|lustre|beegfs|gpfs|ocfs2|gfs2|fuse(\..+)?)$/;

/** The network file system that a directory is on, as far as its name tells: without asking its server anything. */
export function findNetworkMount(path: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const isOnIt = path === mount.target || path.startsWith(mount.target === "/" ? "/" : `${mount.target}/`);
    // Of two at one place the later is seen.
    if (isOnIt && mount.target.length >= (found?.target.length ?? 0)) found = mount;
  }
  return found !== undefined && networkTypes.test(found.type) ? found : undefined;
}
