import { findId, type StorageDomainId } from "@yagura/std/ids.ts";
import { mountsPath } from "@yagura/storage-format";
import type { StorageFiles } from "../files/storage-files.ts";
import { askInPassing } from "./ask-in-passing.ts";
import { fileDomain, noDomain } from "./file-domain.ts";
import type { StorageDomain } from "./storage-domain.ts";

/** What is not listed by then is missing in the list. */
const LIST_MS = 10_000;

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
    const paths = (await this.#connections()).map((connection) => `${connection}/${domainId}`);
    const path = await firstWith(paths, (one) => this.#isDomain(one));
    if (path === undefined) return undefined;
    const domain = fileDomain(domainId, path, this.#files);
    this.#known.set(domainId, domain);
    return domain;
  }

  /** The path of something that lies beside domains, on whichever connection. */
  async findBeside(name: string): Promise<string | undefined> {
    const paths = (await this.#connections()).map((connection) => `${connection}/${name}`);
    return firstWith(paths, async (path) => (await this.#files.find(path)) !== undefined);
  }

  /** Looks everywhere, whatever is remembered. */
  async list(): Promise<StorageDomainId[]> {
    // What cannot be read has no domains to offer.
    const list = (connection: string): Promise<StorageDomainId[] | undefined> =>
      askInPassing(`listing the domains of ${connection}`, () => this.listUnder(connection), { answerMs: LIST_MS });
    const all = await Promise.all((await this.#connections()).map(list));
    return all.flatMap((found) => found ?? []);
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

/**
 * The first item to be found right, all being looked at side by side: one that hangs does not keep us from the others.
 * @throws what an item could not be looked at for, when no other is right: it might have been this one
 */
async function firstWith<T>(items: readonly T[], isRight: (item: T) => Promise<boolean>): Promise<T | undefined> {
  const looks = items.map(async (item) => {
    if (await isRight(item)) return item;
    throw new NotThisOne();
  });
  try {
    return await Promise.any(looks);
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    const trouble: unknown = error.errors.find((one) => !(one instanceof NotThisOne));
    if (trouble !== undefined) throw trouble;
    return undefined;
  }
}

class NotThisOne extends Error {
  override readonly name = "NotThisOne";
}
