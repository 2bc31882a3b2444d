/** What lies on the master domain alone, and what makes a domain the master. */
import type { DomainMetadata } from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { replaceText, type StorageFiles } from "../files/storage-files.ts";
import { RECORD_BYTES_MAX } from "../tasks/task-store.ts";

/** Empty directories of a master; what a former time left there belongs to nobody. */
export async function clearMasterFiles({ paths }: StorageDomain, files: StorageFiles): Promise<void> {
  for (const path of [paths.masterTasks, paths.masterVms]) {
    await files.remove(path);
    await files.makeDirectory(path);
  }
}

/** Writes the journal of unfinished work of one master to another. */
export async function copyJournal(from: StorageDomain, to: StorageDomain, files: StorageFiles): Promise<void> {
  for (const name of await files.list(from.paths.masterTasks)) {
    const text = name.endsWith(".json")
      ? await files.findText(`${from.paths.masterTasks}/${name}`, RECORD_BYTES_MAX)
      : undefined;
    if (text !== undefined) await replaceText(files, `${to.paths.masterTasks}/${name}`, text);
  }
}

export function asMaster(metadata: DomainMetadata, masterVersion: number): DomainMetadata {
  return { ...metadata, role: "Master", masterVersion };
}

export function asRegular({ masterVersion: _, ...metadata }: DomainMetadata): DomainMetadata {
  return { ...metadata, role: "Regular" };
}
