import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { StorageHealth } from "../virt/storage-health.ts";

/** What the storage's watch would say, as the test says it: all domains are always in one state. */
export class FakeStorageHealth implements StorageHealth {
  isValid = true;
  freeBytes = 1e12;
  ioTimeoutMs = 10_000;
  /** How long ago the last look was; `Infinity`: none since anything happened. */
  lookedAgoMs = 0;
  readonly #listeners = new Set<(domainId: StorageDomainId, isValid: boolean) => void>();

  find() {
    const { isValid, lookedAgoMs, ioTimeoutMs } = this;
    return { isValid, lookedAgoMs, ioTimeoutMs };
  }

  onDomainChange(listener: (domainId: StorageDomainId, isValid: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async readFreeBytes(): Promise<number> {
    return this.freeBytes;
  }

  /** The watch finds out. */
  become(domainId: StorageDomainId, isValid: boolean): void {
    this.isValid = isValid;
    for (const listener of this.#listeners) listener(domainId, isValid);
  }
}
