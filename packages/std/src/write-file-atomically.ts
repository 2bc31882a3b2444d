import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What an interrupted write leaves behind starts with this; it may be removed at any time that nobody writes. */
export const temporaryFilePrefix = ".writing-";

/**
 * Writes a whole file so that after a crash at any moment either the old or the new content is there, never a part:
 * a new file beside it, fsync, rename, fsync of the directory. `mode` holds from the first byte on.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(path), `${temporaryFilePrefix}${basename(path)}-${randomBytes(6).toString("hex")}`);
  try {
    // "wx": fails rather than follows if somebody has put something there.
    await using file = await open(temporary, "wx", mode);
    await file.chmod(mode); // the umask may have taken bits away
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Makes renames and removals in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}
