import { createHash } from "node:crypto";
import { lstat, readlink, rm, symlink } from "node:fs/promises";

/** Somebody else's file is where the short path would be. */
export class ShortPathTaken extends Error {
  override readonly name = "ShortPathTaken";
}

/**
 * A path of 16 characters that leads to `directory`. The address of a Unix socket has 107 at most, and libvirt puts up to
 * 82 behind the directory it is given (guest agents' sockets); most people's home directories leave no room for that.
 * Made when it is not there: whoever cleans /tmp may have taken it.
 * @throws ShortPathTaken
 */
export async function ensureShortPath(directory: string): Promise<string> {
  const path = shortPathOf(directory);
  await symlink(directory, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  // In /tmp anybody can be first with any name, but nobody can change a link of ours.
  const { uid } = await lstat(path);
  const target = await readlink(path).catch(() => undefined);
  if (uid !== process.getuid?.() || target !== directory) {
    throw new ShortPathTaken(`${path}, which must be a link to ${directory}, is something else; remove it`);
  }
  return path;
}

/** Removes what `ensureShortPath` made, and nothing else. */
export async function removeShortPath(directory: string): Promise<void> {
  const path = shortPathOf(directory);
  const target = await readlink(path).catch(() => undefined);
  if (target === directory) await rm(path);
}

function shortPathOf(directory: string): string {
  return `/tmp/yg-${createHash("sha256").update(directory).digest("hex").slice(0, 8)}`;
}
