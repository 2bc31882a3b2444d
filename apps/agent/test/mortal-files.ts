import { rootCallsInProcess } from "../src/root/in-process.ts";
import { openStorageFiles, type StorageEffects, type StorageFiles } from "../src/storage/files/storage-files.ts";
import type { QemuImg } from "../src/storage/tools/qemu-img.ts";

/** What the process would have done after its death. */
export class Died extends Error {
  override readonly name = "Died";
}

const effects: readonly (keyof StorageEffects)[] = [
  "makeDirectory",
  "createSparse",
  "writeText",
  "writeBytes",
  "rename",
  "remove",
  "hardLink",
  "symbolicLink",
  "adopt",
  "wipe",
];

/** The effects of one process, which can be made to die between any two of them. */
export class Life {
  #left = Number.POSITIVE_INFINITY;
  #isDead = false;

  /** From now on so many effects happen, and then none any more. */
  dieAfter(count: number): void {
    this.#left = count;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  spend(): void {
    if (this.#left <= 0) this.#isDead = true;
    if (this.#isDead) throw new Died("the process died before this");
    this.#left--;
  }
}

/** Real files, as long as there is life. */
export function mortalFiles(life: Life): StorageFiles {
  const files = openStorageFiles(rootCallsInProcess(false));
  return new Proxy(files, {
    get(target, name: keyof StorageFiles) {
      const call = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (!(effects as readonly string[]).includes(name)) return call;
      return async (...args: unknown[]) => {
        life.spend();
        return call(...args);
      };
    },
  });
}

export function mortalQemuImg(life: Life, qemuImg: QemuImg): QemuImg {
  return new Proxy(qemuImg, {
    get(target, name: keyof QemuImg) {
      const call = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (name === "info" || name === "measure") return call;
      return async (...args: unknown[]) => {
        life.spend();
        return call(...args);
      };
    },
  });
}
