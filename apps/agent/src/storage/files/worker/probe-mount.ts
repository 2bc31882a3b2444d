import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, opendir, unlink } from "node:fs/promises";
import { STORAGE_OWNER } from "../../../root/root-calls.ts";
import { errnoOf } from "../errno.ts";
import type { Probed } from "./messages.ts";

/** A name that no domain has, and that tells who left it if we die before it is removed. */
const PROBE = ".yagura-probe-";

/**
 * Looks whether what is mounted can be storage: reads the directory, makes a file, and takes it away again.
 * @param isOwnerFixed whether files must come out as 36:36: without root there is only one owner anyway
 */
export async function probeMount(mountPath: string, isOwnerFixed: boolean): Promise<Probed> {
  try {
    await (await opendir(mountPath)).close();
  } catch (error) {
    return refused(error, "it cannot be read");
  }
  const path = `${mountPath}/${PROBE}${randomUUID()}`;
  try {
    const found = await tryToWrite(path);
    if (isOwnerFixed && (found.uid !== STORAGE_OWNER || found.gid !== STORAGE_OWNER)) {
      const detail = `a file made by ${STORAGE_OWNER}:${STORAGE_OWNER} belongs to ${found.uid}:${found.gid} there`;
      return { is: "unusable", because: "wrong owner", detail };
    }
    return { is: "usable", hasDirectIo: found.hasDirectIo };
  } catch (error) {
    return refused(error, "it cannot be written to");
  } finally {
    // The file is not there when it could not be made, and it is not what the caller asks about.
    await unlink(path).catch(() => undefined);
  }
}

async function tryToWrite(path: string): Promise<{ uid: number; gid: number; hasDirectIo: boolean }> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECT, O_RDONLY } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.write("probe\n");
    await file.sync();
    const { uid, gid } = await file.stat();
    const direct = await open(path, O_RDONLY | O_NOFOLLOW | O_DIRECT).catch((error: unknown) => {
      if (errnoOf(error) === "EINVAL") return undefined;
      throw error;
    });
    await direct?.close();
    return { uid, gid, hasDirectIo: direct !== undefined };
  } finally {
    await file.close();
  }
}

function refused(error: unknown, what: string): Probed {
  const code = errnoOf(error);
  if (code === "EROFS") return { is: "unusable", because: "read only", detail: `${what}: it is read-only` };
  if (code !== "EACCES" && code !== "EPERM") throw error;
  const owner = `${STORAGE_OWNER}:${STORAGE_OWNER}`;
  return {
    is: "unusable",
    because: "no permission",
    detail: `${what} by ${owner}, to whom it must belong (chown ${owner})`,
  };
}
