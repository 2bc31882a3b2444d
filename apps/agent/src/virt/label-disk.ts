import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { SecurityLabel } from "@yagura/domain-xml";
import { AgentError } from "../errors.ts";
import { decideDiskLabel, type Ownership, type QemuUser } from "./disk-access.ts";

/** QEMU's user cannot get to a disk, and changing that is the administrator's business. */
export class CannotReachDisk extends AgentError {
  override readonly name = "CannotReachDisk";
  override readonly code = 1630;
}

export interface DiskFiles {
  /** All files that QEMU opens for the disk, the leaf first. */
  readonly paths: readonly string[];
  readonly isReadOnly: boolean;
}

/**
 * The label to write into the domain XML, so that an untouched libvirt gets QEMU to the disk.
 * @throws CannotReachDisk naming the directory at fault.
 */
export async function labelDisk(files: DiskFiles, user: QemuUser): Promise<SecurityLabel> {
  let relabels = false;
  for (const [index, path] of files.paths.entries()) {
    const realPath = await realpath(path);
    // Only the leaf is written to; everything behind it is read.
    const isReadOnly = files.isReadOnly || index > 0;
    const parents = await Promise.all(parentsOf(realPath).map(readOwnership));
    const decision = decideDiskLabel({ user, file: await readOwnership(realPath), parents, isReadOnly });
    if (decision.do === "refuse") throw cannotReach(realPath, decision.parent, user);
    if (decision.do === "relabel") relabels = true;
  }
  // libvirt from 10 on wants the label spelled out: QEMU's user, which is what it falls back to anyway.
  return relabels ? { model: "dac", relabels, label: `+${user.uid}:+${user.gid}` } : { model: "dac", relabels };
}

function cannotReach(path: string, { path: parent, mode, uid, gid }: Ownership, user: QemuUser): CannotReachDisk {
  const rights = (mode & 0o7777).toString(8).padStart(4, "0");
  return new CannotReachDisk(
    `QEMU cannot reach ${path}: it runs as user ${user.uid}, group ${user.gid}, which cannot pass through ` +
      `${parent} (mode ${rights}, owner ${uid}:${gid}); allow it with "chmod o+x ${parent}" or keep the data elsewhere`,
  );
}

/** From the root down, without the file itself. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    parents.unshift(parent);
    if (parent === "/") return parents;
  }
}

async function readOwnership(path: string): Promise<Ownership> {
  const { uid, gid, mode } = await stat(path);
  return { path, uid, gid, mode };
}
