import type { ImageId, StorageDomainId } from "@yagura/std/ids.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";

export interface ImageKey {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
}

/** The index of a domain's external leases: each change writes a block that holds the records of many. */
export interface LeaseIndexKey {
  readonly domainId: StorageDomainId;
  readonly isLeaseIndex: true;
}

export type LockKey = ImageKey | LeaseIndexKey;

/** One operation at a time for each image. Whoever needs several gets them in one order, so nobody waits in a circle. */
export class ImageLocks {
  readonly #queue = new KeyedQueue<string>();

  run<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
    return this.#runWith([...new Set(keys.map(nameOf))].sort(), work);
  }

  /** Whether somebody works on one of these, or waits to. */
  areTaken(keys: readonly LockKey[]): boolean {
    return keys.some((key) => this.#queue.has(nameOf(key)));
  }

  #runWith<T>([first, ...rest]: readonly string[], work: () => Promise<T>): Promise<T> {
    return first === undefined ? work() : this.#queue.run(first, () => this.#runWith(rest, work));
  }
}

function nameOf(key: LockKey): string {
  return `${key.domainId}/${"imageId" in key ? key.imageId : "leases"}`;
}
