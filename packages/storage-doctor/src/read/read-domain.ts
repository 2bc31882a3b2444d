import { basename, dirname } from "node:path";
import { findId, type ImageId, type StorageDomainId } from "@yagura/std/ids.ts";
import {
  type DomainMetadata,
  type DomainPaths,
  domainPaths,
  METADATA_FILE_BYTES_MAX,
  parseDomainMetadata,
} from "@yagura/storage-format";
import { type DomainSnapshot, type Found, type ImageSnapshot, type NamedFile, valueIn } from "../snapshot.ts";
import { findFile, listFiles, readBytes, readFound } from "./read-file.ts";
import { readImage } from "./read-image.ts";
import { readExternalLeases, readLeaseIndex, readLockspace, readSpmLease, whereLeasesAre } from "./read-leases.ts";
import { isFileLocked } from "./read-lock.ts";
import { readTasks } from "./read-tasks.ts";

/** There is nothing that could be a domain, or it cannot be looked at. */
export class CannotReadDomain extends Error {
  override readonly name = "CannotReadDomain";
}

export interface ReadOptions {
  /** Nothing of other images is read. */
  readonly imageId?: ImageId;
  /** Has `qemu-img check` look at each qcow2 image as well: slow. */
  readonly checksContents?: boolean;
  readonly signal?: AbortSignal;
}

/** Reads a domain as it lies in a directory. Changes nothing, and takes no lock: what it sees may be under way. */
export async function readDomain(path: string, options: ReadOptions = {}): Promise<DomainSnapshot> {
  const directory = await findFile(path).catch((cause: unknown) => {
    throw new CannotReadDomain(`${path} cannot be looked at`, { cause });
  });
  if (directory?.kind !== "directory") throw new CannotReadDomain(`there is no directory ${path}`);
  try {
    const paths = domainPaths(path);
    const directoryId = findId<StorageDomainId>(basename(path));
    const metadata = await readMetadata(paths);
    const leases = whereLeasesAre(paths, valueIn(metadata));
    const leaseIndex = await readLeaseIndex(leases);
    return {
      path,
      ...(directoryId !== undefined && { directoryId }),
      directory,
      folders: await listFolders(path),
      metadata,
      control: await listFiles(paths.control),
      lockspace: await readLockspace(leases),
      spmLease: await readSpmLease(leases),
      leaseIndex,
      externalLeases: await readExternalLeases(leases, valueIn(leaseIndex)),
      ...(await readImages(paths, options)),
      unfinishedDomains: await listUnfinished(path),
      ...(await readTasks(paths)),
      ...(await readLock(paths, valueIn(metadata))),
    };
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new CannotReadDomain(`the domain in ${path} cannot be read`, { cause });
  }
}

/** Two levels of them: those of images are read with the images. */
async function listFolders(path: string): Promise<readonly NamedFile[]> {
  const isFolder = ({ kind }: NamedFile) => kind === "directory";
  const folders = (await listFiles(path)).filter(isFolder);
  const inMaster = folders.some(({ name }) => name === "master") ? await listFiles(`${path}/master`) : [];
  return [...folders, ...inMaster.filter(isFolder).map((file) => ({ ...file, name: `master/${file.name}` }))];
}

/** The domains in a directory: itself, or those directly in it. */
export async function findDomains(path: string): Promise<string[]> {
  if ((await findFile(`${path}/dom_md`)) !== undefined) return [path];
  const names = (await listFiles(path)).filter(({ name, kind }) => kind === "directory" && findId(name) !== undefined);
  const found: string[] = [];
  for (const { name } of names) if (await findFile(`${path}/${name}/dom_md`)) found.push(`${path}/${name}`);
  return found;
}

async function readMetadata({ domainMetadata }: DomainPaths): Promise<Found<DomainMetadata>> {
  return readFound(
    () => readBytes(domainMetadata, 0, METADATA_FILE_BYTES_MAX),
    (bytes) => parseDomainMetadata(new TextDecoder().decode(bytes)),
  );
}

async function readImages(
  paths: DomainPaths,
  options: ReadOptions,
): Promise<Pick<DomainSnapshot, "images" | "strays">> {
  const wanted = new Map<ImageId, NamedFile>();
  const strays: NamedFile[] = [];
  for (const file of await listFiles(paths.images)) {
    const imageId = file.kind === "directory" ? findId<ImageId>(file.name) : undefined;
    if (imageId === undefined) strays.push(file);
    else wanted.set(imageId, file);
  }
  if (options.imageId !== undefined)
    return { images: await readWithTemplates(paths, options.imageId, wanted, options), strays };
  const images: ImageSnapshot[] = [];
  for (const [imageId, file] of wanted) {
    options.signal?.throwIfAborted();
    images.push(await readImage(paths, imageId, file, options));
  }
  return { images, strays };
}

/** One image, and those whose volumes it has under a second name. */
async function readWithTemplates(
  paths: DomainPaths,
  imageId: ImageId,
  directories: ReadonlyMap<ImageId, NamedFile>,
  options: ReadOptions,
): Promise<ImageSnapshot[]> {
  const read = async (id: ImageId): Promise<ImageSnapshot[]> => {
    const directory = directories.get(id);
    return directory === undefined ? [] : [await readImage(paths, id, directory, options)];
  };
  const [image] = await read(imageId);
  if (image === undefined) throw new CannotReadDomain(`there is no image ${imageId}`);
  const owners = new Set(image.volumes.flatMap(({ metadata }) => valueIn(metadata)?.imageId ?? []));
  owners.delete(imageId);
  return [image, ...(await Promise.all([...owners].map(read))).flat()];
}

/** Where there are no leases a lock of this machine says who is SPM. */
async function readLock(
  { ids }: DomainPaths,
  metadata: DomainMetadata | undefined,
): Promise<Pick<DomainSnapshot, "isLockedByAgent">> {
  const file = metadata?.type === "LOCALFS" ? await findFile(ids) : undefined;
  const isLockedByAgent = file && (await isFileLocked(file));
  return isLockedByAgent === undefined ? {} : { isLockedByAgent };
}

const unfinished = /^\.(creating|removing)-/;

async function listUnfinished(path: string): Promise<DomainSnapshot["unfinishedDomains"]> {
  // Of a directory above that we may not look at nothing is known, and nothing has to be.
  const beside = await listFiles(dirname(path)).catch(() => []);
  return beside.filter(({ name }) => unfinished.test(name));
}
