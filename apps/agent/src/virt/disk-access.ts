/** Whom QEMU runs as, by numbers; `groups` are its supplementary ones. */
export interface QemuUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Owner and permission bits of a file or directory. */
export interface Ownership {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** What to write about a disk's label into the domain XML, or why QEMU can never open it. */
export type DiskLabelDecision =
  | { readonly do: "keep"; readonly because: string }
  | { readonly do: "relabel"; readonly because: string }
  | { readonly do: "refuse"; readonly parent: Ownership };

const PASS = 0o1;
const READ = 0o4;
const WRITE = 0o2;

/**
 * Decides how libvirt gets QEMU to a disk. The permissions of directories are never changed: one that QEMU cannot pass
 * is an error. A file that QEMU cannot open is given to it by libvirt, which gives it back when the guest ends.
 * `parents` are all directories on the way, from the root down.
 */
export function decideDiskLabel(view: {
  readonly user: QemuUser;
  readonly file: Ownership;
  readonly parents: readonly Ownership[];
  readonly isReadOnly: boolean;
}): DiskLabelDecision {
  const { user, file, parents, isReadOnly } = view;
  const closed = parents.find((parent) => !may(user, parent, PASS));
  if (closed !== undefined) return { do: "refuse", parent: closed };
  const wanted = isReadOnly ? READ : READ | WRITE;
  return may(user, file, wanted)
    ? { do: "keep", because: "QEMU may open it as it is" }
    : { do: "relabel", because: "libvirt must give it to QEMU first" };
}

/** Whether a user may do something, by the permission bits alone: root always, else owner, group, others. */
export function may(user: QemuUser, what: Ownership, wanted: number): boolean {
  if (user.uid === 0) return true;
  const bits =
    user.uid === what.uid
      ? what.mode >> 6
      : user.gid === what.gid || user.groups.includes(what.gid)
        ? what.mode >> 3
        : what.mode;
  return (bits & wanted) === wanted;
}
