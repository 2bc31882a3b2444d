import { chmod, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncDirectory, temporaryFilePrefix, writeFileAtomically } from "@yagura/std/write-file-atomically.ts";

/** The few things that a credential store does to a file system. Tests pass one that dies at a chosen step. */
export interface StoreFiles {
  /** The text, or `undefined` when there is no such file. Takes a private file's excess permissions away. */
  read(path: string, mode: number): Promise<string | undefined>;
  write(path: string, text: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Creates the directory if there is none, and removes what interrupted writes have left in it. */
  prepareDirectory(path: string, mode: number): Promise<void>;
}

export const nodeFiles: StoreFiles = {
  async read(path, mode) {
    try {
      const { mode: actual } = await stat(path);
      if ((actual & 0o777 & ~mode) !== 0) await chmod(path, mode);
      return await readFile(path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  },
  write: writeFileAtomically,
  async rename(from, to) {
    await rename(from, to);
    await syncDirectory(dirname(to));
  },
  async remove(path) {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  },
  async prepareDirectory(path, mode) {
    await mkdir(path, { recursive: true, mode });
    const leftovers = (await readdir(path)).filter((name) => name.startsWith(temporaryFilePrefix));
    await Promise.all(leftovers.map((name) => rm(join(path, name), { force: true })));
  },
};
