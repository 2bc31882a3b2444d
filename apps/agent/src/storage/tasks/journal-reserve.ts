import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { KiB } from "@yagura/std/units.ts";
import { isBecauseOf } from "../files/errno.ts";
import type { StorageFiles } from "../files/storage-files.ts";

/** More than any record takes, with the blocks of its directory. */
const RESERVE_BYTES = 64 * KiB;

/**
 * Room on the master domain that is kept for one purpose: where the storage is full to the last byte, a deletion must still be
 * written down before it is done.
 */
export class JournalReserve {
  readonly #path: string;
  readonly #files: StorageFiles;
  readonly #log: Log;
  /** As far as this process knows: nobody else spends it. */
  #isThere = false;

  constructor(path: string, files: StorageFiles, log: Log) {
    this.#path = path;
    this.#files = files;
    this.#log = log;
  }

  /** Makes it, if it is not there and there is room. Looks only when that is not known. */
  async keep(): Promise<void> {
    if (this.#isThere) return;
    try {
      const found = await this.#files.find(this.#path);
      // Not zeroes: some file systems would keep no blocks for them.
      if (found === undefined || found.sizeBytes < RESERVE_BYTES) {
        await this.#files.writeText(this.#path, "reserve\n".repeat(RESERVE_BYTES / 8));
      }
      this.#isThere = true;
    } catch (error) {
      this.#log.warn("there is no room on the master domain to keep some for deletions", {
        error: describeError(error),
      });
      await this.#files.remove(this.#path).catch(() => undefined);
    }
  }

  /** Does it again with the room of the reserve when there was none without. */
  async spendOn(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const isFull = isBecauseOf(error, "ENOSPC", "EDQUOT");
      if (!isFull || (await this.#files.find(this.#path)) === undefined) throw error;
      this.#log.warn("the master domain is full: a deletion is written down in the room that is kept for that");
      this.#isThere = false;
      await this.#files.remove(this.#path);
      await write();
    }
  }
}
