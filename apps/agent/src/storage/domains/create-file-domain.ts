import { MiB } from "@yagura/std/units.ts";
import {
  connectionPath,
  defaultLeaseParameters,
  domainPaths,
  formatDomainMetadata,
  isDomainDescription,
  specialFiles,
} from "@yagura/storage-format";
import { StorageError } from "../errors.ts";
import { replaceText, type StorageFiles } from "../files/storage-files.ts";
import type { NewDomain } from "../storage.ts";
import type { KnownDomains } from "./known-domains.ts";

/** The only version that is made; older ones are read. */
export const DOMAIN_VERSION = 5;
const SECTOR_BYTES = 512;

interface Surroundings {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly known: KnownDomains;
}

/**
 * Makes a domain in a directory beside its place and renames it: it is there as a whole or not at all.
 * What a process before us did not finish is removed first.
 */
export async function createFileDomain(
  domain: NewDomain,
  { repositoryPath, files, known }: Surroundings,
): Promise<void> {
  checkNewDomain(domain);
  const connection = connectionPath(repositoryPath, domain.path);
  if ((await files.findLinkTarget(connection)) === undefined) {
    throw new StorageError(
      "StorageDomainCreationError",
      `cannot create domain ${domain.domainId}: ${domain.path} is not connected`,
    );
  }
  if ((await known.find(domain.domainId)) !== undefined) {
    throw new StorageError("StorageDomainAlreadyExists", `domain ${domain.domainId} exists already`);
  }
  const [other] = await known.listUnder(connection);
  if (other !== undefined) {
    throw new StorageError("StorageDomainNotEmpty", `${domain.path} already has the domain ${other}`);
  }
  const unfinished = `${connection}/.creating-${domain.domainId}`;
  await files.remove(unfinished);
  await fill(domain, unfinished, files);
  await files.rename(unfinished, `${connection}/${domain.domainId}`);
  known.forget();
}

function checkNewDomain({ type, class: domainClass, name, version, blockSizeBytes = SECTOR_BYTES }: NewDomain): void {
  if (type !== "LOCALFS") throw new StorageError("StorageDomainTypeError", `domains of type ${type} are not made yet`);
  if (domainClass !== "Data")
    throw new StorageError("StorageDomainClassError", `domains of class ${domainClass} are not made`);
  if (version !== DOMAIN_VERSION) {
    throw new StorageError(
      "UnsupportedDomainVersion",
      `domains of version ${version} are not made, only of ${DOMAIN_VERSION}`,
    );
  }
  if (blockSizeBytes !== SECTOR_BYTES && blockSizeBytes !== 0) {
    throw new StorageError("StorageDomainCreationError", `blocks of ${blockSizeBytes} bytes are not supported`);
  }
  if (!isDomainDescription(name)) {
    throw new StorageError(
      "StorageDomainDescriptionTooLong",
      `not a name for a domain: ${JSON.stringify(name.slice(0, 100))}`,
    );
  }
}

async function fill(domain: NewDomain, path: string, files: StorageFiles): Promise<void> {
  const paths = domainPaths(path);
  await files.makeDirectory(paths.control);
  await files.makeDirectory(paths.images);
  for (const [name, sizeBytes] of Object.entries(specialFiles)) {
    await files.createSparse(`${paths.control}/${name}`, sizeBytes);
  }
  const metadata = formatDomainMetadata({
    domainId: domain.domainId,
    version: domain.version,
    type: domain.type,
    class: domain.class,
    role: "Regular",
    description: domain.name,
    poolIds: [],
    remotePath: domain.path,
    blockSizeBytes: SECTOR_BYTES,
    alignmentBytes: MiB,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map(),
  });
  await replaceText(files, paths.domainMetadata, metadata);
}
