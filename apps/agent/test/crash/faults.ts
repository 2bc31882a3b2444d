import { openStorageFiles, type StorageFiles } from "../../src/storage/files/storage-files.ts";
import type { StorageOptions } from "../../src/storage/open-storage.ts";
import { acquireLocalLock } from "../../src/storage/pool/local-lock.ts";

/** Mistakes that somebody could make in the storage code, made on purpose: each must be noticed. */
export type FaultName = "record before content" | "no intent" | "lock given back early";

export function withFault(fault: FaultName, options: StorageOptions): StorageOptions {
  const files = options.files ?? openStorageFiles(options.root);
  switch (fault) {
    case "record before content":
      return { ...options, files: withoutOrder(files) };
    case "no intent":
      return { ...options, files: withoutIntent(files) };
    case "lock given back early":
      return { ...options, ...withEarlyRelease(files) };
  }
}

/** The file of a volume is made only when its record says already that it is whole. */
function withoutOrder(files: StorageFiles): StorageFiles {
  const late: (() => Promise<void>)[] = [];
  return {
    ...files,
    async createSparse(path, sizeBytes) {
      late.push(() => files.createSparse(path, sizeBytes));
    },
    async rename(from, to) {
      await files.rename(from, to);
      if ((await files.findText(to, 4096))?.includes("LEGALITY=LEGAL") !== true) return;
      for (const make of late.splice(0)) await make();
    },
  };
}

/** What is about to be done is never written down. */
function withoutIntent(files: StorageFiles): StorageFiles {
  const isIntent = (path: string): boolean => /\/master\/tasks\//.test(path);
  return {
    ...files,
    writeText: async (path, text) => (isIntent(path) ? undefined : files.writeText(path, text)),
    rename: async (from, to) => (isIntent(from) ? undefined : files.rename(from, to)),
  };
}

/** The lock is gone with the first record that is put in place, and nobody hears of it. */
function withEarlyRelease(files: StorageFiles): Pick<StorageOptions, "files" | "acquireLock"> {
  let release: (() => Promise<void>) | undefined;
  return {
    async acquireLock(master) {
      const lock = await acquireLocalLock(master);
      release = () => lock.release();
      return { ended: new Promise(() => undefined), release: async () => undefined };
    },
    files: {
      ...files,
      async rename(from, to) {
        await files.rename(from, to);
        if (!to.endsWith(".meta")) return;
        await release?.();
        release = undefined;
      },
    },
  };
}
