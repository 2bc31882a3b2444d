import { findId, type ImageId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { StorageFiles } from "../files/storage-files.ts";

/** Which images somebody on this host may have open: a link for each, under the run directory, as vdsm has them. */
export class PreparedImages {
  readonly #runPath: string;
  readonly #files: StorageFiles;

  constructor(runPath: string, files: StorageFiles) {
    this.#runPath = runPath;
    this.#files = files;
  }

  async add(domainId: StorageDomainId, imageId: ImageId, imagePath: string): Promise<void> {
    const link = this.#link(domainId, imageId);
    if ((await this.#files.findLinkTarget(link)) === imagePath) return;
    await this.#files.makeDirectory(`${this.#runPath}/${domainId}`);
    await this.#files.symbolicLink(imagePath, link);
  }

  async remove(domainId: StorageDomainId, imageId: ImageId): Promise<void> {
    await this.#files.remove(this.#link(domainId, imageId));
  }

  async has(domainId: StorageDomainId, imageId: ImageId): Promise<boolean> {
    return (await this.#files.findLinkTarget(this.#link(domainId, imageId))) !== undefined;
  }

  async list(): Promise<{ domainId: StorageDomainId; imageId: ImageId }[]> {
    const found: { domainId: StorageDomainId; imageId: ImageId }[] = [];
    for (const domainName of await this.#files.list(this.#runPath)) {
      const domainId = findId<StorageDomainId>(domainName);
      if (domainId === undefined) continue;
      for (const imageName of await this.#files.list(`${this.#runPath}/${domainName}`)) {
        const imageId = findId<ImageId>(imageName);
        if (imageId !== undefined) found.push({ domainId, imageId });
      }
    }
    return found;
  }

  #link(domainId: StorageDomainId, imageId: ImageId): string {
    return `${this.#runPath}/${domainId}/${imageId}`;
  }
}
