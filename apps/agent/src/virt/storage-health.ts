import type { StorageDomainId } from "@yagura/std/ids.ts";

/** What paused VMs wait for. Storage tells it, and never hears of the VMs. */
export interface StorageHealth {
  /** `undefined`: nobody looks at this domain, as long as its pool is not connected. */
  find(domainId: StorageDomainId): DomainHealth | undefined;
  /** Calls the listener when a domain can be used again, or not any more; returns how to end that. */
  onDomainChange(listener: (domainId: StorageDomainId, isValid: boolean) => void): () => void;
  /** What is free for us on the domain, now. */
  readFreeBytes(domainId: StorageDomainId): Promise<number>;
}

export interface DomainHealth {
  /** How the last look at it ended, and how long ago that was. */
  readonly isValid: boolean;
  readonly lookedAgoMs: number;
  /** Of its leases. */
  readonly ioTimeoutMs: number;
}

/** For a host without storage: nothing is ever valid again. */
export const noStorageHealth: StorageHealth = {
  find: () => undefined,
  onDomainChange: () => () => undefined,
  readFreeBytes: () => Promise.reject(new Error("there is no storage")),
};
