import type { ImageId, StorageDomainId } from "@yagura/std/ids.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";

export interface ImageKey {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
}

/** One operation at a time for each image. Whoever needs several images gets them in one order, so nobody waits in a circle. */
export class ImageLocks {
  readonly #queue = new KeyedQueue<string>();

  run<T>(images: readonly ImageKey[], work: () => Promise<T>): Promise<T> {
    const keys = [...new Set(images.map(({ domainId, imageId }) => `${domainId}/${imageId}`))].sort();
    return this.#runWith(keys, work);
  }

  #runWith<T>([first, ...rest]: readonly string[], work: () => Promise<T>): Promise<T> {
    return first === undefined ? work() : this.#queue.run(first, () => this.#runWith(rest, work));
  }
}
