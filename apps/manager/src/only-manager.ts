import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another Manager works on the same data directory. */
export class AnotherManagerRuns extends Error {
  override readonly name = "AnotherManagerRuns";
}

/**
 * Makes sure that this is the only Manager of the directory: by a lock that the kernel gives free when the process ends,
 * however it ends.
 * @throws AnotherManagerRuns
 */
export function lockDirectory(directory: string): { release(): void } {
  const lock = new DatabaseSync(join(directory, "manager.lock"));
  try {
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    lock.close();
    throw new AnotherManagerRuns(`another Manager runs with the data directory ${directory}`, { cause });
  }
  return { release: () => lock.close() };
}
