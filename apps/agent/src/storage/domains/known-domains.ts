import { findId, type StorageDomainId } from "@yagura/std/ids.ts";
import { mountsPath } from "@yagura/storage-format";
import type { StorageFiles } from "../files/storage-files.ts";
import { fileDomain, noDomain } from "./file-domain.ts";
import type { StorageDomain } from "./storage-domain.ts";

/** Where domains are found by id. */
export type DomainFinder = Pick<KnownDomains, "get" | "find">;

/** Finds domains by id under the host's connections, and remembers where they are until told to forget. */
export class KnownDomains {
  readonly #known = new Map<StorageDomainId, StorageDomain>();
  readonly #repositoryPath: string;
  readonly #files: StorageFiles;

  constructor(repositoryPath: string, files: StorageFiles) {
    this.#repositoryPath = repositoryPath;
    this.#files = files;
  }

  /** @throws StorageError 358 when no connection has it */
  async get(domainId: StorageDomainId): Promise<StorageDomain> {
    const found = await this.find(domainId);
    if (found === undefined) throw noDomain(domainId);
    return found;
  }

  async find(domainId: StorageDomainId): Promise<StorageDomain | undefined> {
    const known = this.#known.get(domainId);
    if (known !== undefined) return known;
    for (const connection of await this.#connections()) {
      const path = `${connection}/${domainId}`;
      if (!(await this.#isDomain(path))) continue;
      const domain = fileDomain(domainId, path, this.#files);
      this.#known.set(domainId, domain);
      return domain;
    }
    return undefined;
  }

  /** Looks everywhere, whatever is remembered. */
  async list(): Promise<StorageDomainId[]> {
    const found: StorageDomainId[] = [];
    for (const connection of await this.#connections()) found.push(...(await this.listUnder(connection)));
    return found;
  }

  async listUnder(connection: string): Promise<StorageDomainId[]> {
    const found: StorageDomainId[] = [];
    // With a slash: the connection is a link.
    for (const name of await this.#files.list(`${connection}/`)) {
      const domainId = findId<StorageDomainId>(name);
      if (domainId !== undefined && (await this.#isDomain(`${connection}/${name}`))) found.push(domainId);
    }
    return found;
  }

  /** The same, whose domains are reached through other files: those that the SPM's term lets through. */
  through(files: StorageFiles): DomainFinder {
    return {
      get: async (domainId) => (await this.get(domainId)).withFiles(files),
      find: async (domainId) => (await this.find(domainId))?.withFiles(files),
    };
  }

  /** After connections, creations and removals. */
  forget(): void {
    this.#known.clear();
  }

  async #connections(): Promise<string[]> {
    const mounts = mountsPath(this.#repositoryPath);
    return (await this.#files.list(mounts)).map((name) => `${mounts}/${name}`);
  }

  async #isDomain(path: string): Promise<boolean> {
    return (await this.#files.find(`${path}/dom_md/metadata`))?.kind === "file";
  }
}
