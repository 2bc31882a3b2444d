import type { Clock } from "@yagura/std/clock.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  connectionPath,
  type DomainMetadata,
  defaultLeaseParameters,
  formatDomainMetadata,
  specialFiles,
} from "@yagura/storage-format";
import type { NewDomain } from "../contract/domains.ts";
import { StorageError } from "../errors.ts";
import { replaceText, type StorageFiles } from "../files/storage-files.ts";
import { domainLeases, isSharedType } from "../leases/domain-leases.ts";
import { askInPassing } from "./ask-in-passing.ts";
import { checkNewDomain, SECTOR_BYTES } from "./check-new-domain.ts";
import { fileDomain } from "./file-domain.ts";
import type { KnownDomains } from "./known-domains.ts";
import { type LeaseWriter, writeDomainLeases, writeLeaseIndex } from "./write-domain-leases.ts";

interface Surroundings {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly sanlock: LeaseWriter;
  readonly clock: Clock;
}

/** What the special files take when they are used: whoever has not that much left has no room for disks either. */
const SPACE_BYTES_MIN = 40 * MiB;

/**
 * Makes a domain in a directory beside its place and renames it: it is there as a whole or not at all.
 * What a process before us did not finish is removed first.
 */
export async function createFileDomain(domain: NewDomain, surroundings: Surroundings): Promise<void> {
  const { files, known } = surroundings;
  checkNewDomain(domain);
  const connection = await findPlace(domain, surroundings);
  const unfinished = `${connection}/.creating-${domain.domainId}`;
  await files.remove(unfinished);
  try {
    await fill(domain, unfinished, surroundings);
    await files.rename(unfinished, `${connection}/${domain.domainId}`);
  } catch (cause) {
    // What cannot be removed now is removed by the next attempt; the first failure is the one to hear of.
    await files.remove(unfinished).catch(() => undefined);
    throw cause;
  }
  known.forget();
}

/** The directory of the connection, when there is nothing against a domain in it. @throws StorageError */
async function findPlace(
  { domainId, path, type }: NewDomain,
  { repositoryPath, files, known }: Surroundings,
): Promise<string> {
  const connection = connectionPath(repositoryPath, path);
  const found = await files.find(connection);
  if (found === undefined) {
    throw new StorageError("StorageDomainCreationError", `cannot create domain ${domainId}: ${path} is not connected`);
  }
  // A directory of this host is a link there; what is mounted is a directory.
  if ((found.kind === "link") !== (type === "LOCALFS")) {
    const is = found.kind === "link" ? "a directory of this host" : "mounted storage";
    throw new StorageError("StorageDomainTypeError", `${path} is ${is}, and not of type ${type}`);
  }
  // Whether storage that does not answer has one of this name, nobody can say; names are made so that it has not.
  if ((await askInPassing(`looking for domain ${domainId}`, () => known.find(domainId))) !== undefined) {
    throw new StorageError("StorageDomainAlreadyExists", `domain ${domainId} exists already`);
  }
  const [other] = await known.listUnder(connection);
  if (other !== undefined) {
    throw new StorageError("StorageDomainNotEmpty", `${path} already has the domain ${other}`);
  }
  const { freeBytes } = await files.space(connection);
  if (freeBytes < SPACE_BYTES_MIN) {
    const text = `${path} has ${Math.floor(freeBytes / MiB)} MiB left; a domain needs ${SPACE_BYTES_MIN / MiB} MiB to begin with`;
    throw new StorageError("NoSpaceLeftOnDomain", text);
  }
  return connection;
}

async function fill(domain: NewDomain, path: string, { files, sanlock, clock }: Surroundings): Promise<void> {
  const metadata = firstMetadata(domain);
  const unfinished = fileDomain(domain.domainId, path, files);
  const { paths } = unfinished;
  await files.makeDirectory(paths.control);
  await files.makeDirectory(paths.images);
  for (const [name, sizeBytes] of Object.entries(specialFiles)) {
    await files.createSparse(`${paths.control}/${name}`, sizeBytes);
  }
  if (isSharedType(domain.type)) {
    const leases = domainLeases(unfinished, metadata);
    await files.createSparse(paths.externalLeases, 0);
    await writeLeaseIndex(files, paths.externalLeases, leases, clock);
    await writeDomainLeases(sanlock, leases);
  }
  await replaceText(files, paths.domainMetadata, formatDomainMetadata(metadata));
}

function firstMetadata({ domainId, version, type, class: domainClass, name, path }: NewDomain): DomainMetadata {
  return {
    domainId,
    version,
    type,
    class: domainClass,
    role: "Regular",
    description: name,
    poolIds: [],
    remotePath: path,
    blockSizeBytes: SECTOR_BYTES,
    alignmentBytes: MiB,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map(),
  };
}
