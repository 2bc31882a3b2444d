/** Domains as agents make them, on real files: what the doctor is tried on. */
import { createHash } from "node:crypto";
import { chmod, link, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DataCenterId, type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  type DomainMetadata,
  type DomainPaths,
  defaultLeaseParameters,
  domainPaths,
  formatDomainMetadata,
  formatVolumeMetadata,
  specialFiles,
  type VolumeMetadata,
} from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";

export const domainId = parseId<StorageDomainId>("75f8a1bb-4504-4314-91ca-d9365a30692b");
export const poolId = parseId<DataCenterId>("9d99ea76-ee96-4978-bdca-2bf190529411");
export const image = (number: number): ImageId => parseId<ImageId>(`000000a${number}-0000-4000-8000-000000000000`);
export const volume = (number: number): VolumeId => parseId<VolumeId>(`0000000${number}-0000-4000-8000-000000000000`);

/** The local master of a data center, of version 5; a test says what differs. */
export function metadataOf(differs: Partial<DomainMetadata> = {}): DomainMetadata {
  return {
    domainId,
    version: 5,
    type: "LOCALFS",
    class: "Data",
    role: "Master",
    description: "data",
    poolIds: [poolId],
    remotePath: "/srv/data",
    blockSizeBytes: 512,
    alignmentBytes: MiB,
    masterVersion: 1,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map(),
    ...differs,
  };
}

export interface MadeDomain extends AsyncDisposable {
  /** The directory that has the domain. */
  readonly storagePath: string;
  readonly path: string;
  readonly paths: DomainPaths;
  addVolume(imageId: ImageId, volumeId: VolumeId, differs?: Partial<VolumeMetadata>): Promise<void>;
  /** Gives an image the volume of a template, as a disk on it has. */
  linkVolume(from: ImageId, to: ImageId, volumeId: VolumeId): Promise<void>;
}

export async function makeDomain(metadata = metadataOf(), parent?: string): Promise<MadeDomain> {
  const directory = await temporaryDirectory(parent);
  const path = `${directory.path}/${metadata.domainId}`;
  const paths = domainPaths(path);
  for (const made of [paths.control, paths.images, paths.masterTasks, paths.masterVms]) {
    await mkdir(made, { recursive: true, mode: 0o755 });
  }
  for (const [name, sizeBytes] of Object.entries(specialFiles)) await makeFile(`${paths.control}/${name}`, sizeBytes);
  await writeFile(paths.domainMetadata, formatDomainMetadata(metadata));
  return {
    storagePath: directory.path,
    path,
    paths,

    async addVolume(imageId, volumeId, differs = {}) {
      const record = recordOf(imageId, metadata.domainId, differs);
      await mkdir(paths.image(imageId), { recursive: true });
      const content = paths.volume(imageId, volumeId);
      if (record.format === "RAW") await makeFile(content, record.capacityBytes);
      else await writeFile(content, qcow2Bytes(record.capacityBytes, record.parentId), { mode: 0o660 });
      await chmod(content, 0o660);
      await writeFile(paths.volumeMetadata(imageId, volumeId), formatVolumeMetadata(record, metadata.version));
    },

    async linkVolume(from, to, volumeId) {
      await mkdir(paths.image(to), { recursive: true });
      await link(paths.volume(from, volumeId), paths.volume(to, volumeId));
      await link(paths.volumeMetadata(from, volumeId), paths.volumeMetadata(to, volumeId));
    },

    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function recordOf(imageId: ImageId, owner: StorageDomainId, differs: Partial<VolumeMetadata>): VolumeMetadata {
  return {
    domainId: owner,
    imageId,
    capacityBytes: MiB,
    format: "RAW",
    allocation: "SPARSE",
    role: "LEAF",
    legality: "LEGAL",
    diskType: "DATA",
    description: "",
    createdSeconds: 1,
    generation: 0,
    sequence: 1,
    foreign: new Map(),
    ...differs,
  };
}

async function makeFile(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, "", { mode: 0o660 });
  await chmod(path, 0o660);
  await truncate(path, sizeBytes);
}

/** The header of a qcow2 image, as qemu-img lays it out; there is nothing behind it. */
export function qcow2Bytes(virtualBytes: number, backingName?: string): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write("QFI\xfb", 0, "latin1");
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(16, 20);
  bytes.writeBigUInt64BE(BigInt(virtualBytes), 24);
  bytes.writeUInt32BE(4, 96);
  bytes.writeUInt32BE(104, 100);
  if (backingName !== undefined) {
    bytes.writeBigUInt64BE(512n, 8);
    bytes.writeUInt32BE(Buffer.byteLength(backingName), 16);
    bytes.write(backingName, 512);
    bytes.writeUInt32BE(0xe2792aca, 104);
    bytes.writeUInt32BE(5, 108);
    bytes.write("qcow2", 112);
  }
  return bytes;
}

/** A domain with a bit of everything: a disk of its own, one with a snapshot, a template and a disk on it. */
export async function makeFullDomain(metadata = metadataOf(), parent?: string): Promise<MadeDomain> {
  const made = await makeDomain(metadata, parent);
  await made.addVolume(image(1), volume(1));
  await made.addVolume(image(2), volume(2), { role: "INTERNAL" });
  await made.addVolume(image(2), volume(3), { format: "COW", role: "INTERNAL", parentId: volume(2) });
  await made.addVolume(image(2), volume(4), { format: "COW", parentId: volume(3) });
  await made.addVolume(image(3), volume(5), { format: "COW", role: "SHARED" });
  await made.linkVolume(image(3), image(4), volume(5));
  await made.addVolume(image(4), volume(6), { format: "COW", parentId: volume(5) });
  return made;
}

/** All files of a domain with a mark of what is in them and who may do what. */
export async function domainFiles(path: string): Promise<{ readonly path: string; readonly mark: string }[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    found.sort().map(async (file) => {
      const { size, mode } = await stat(file);
      // Mailboxes are long and empty.
      const bytes = size > 4 * MiB ? Buffer.alloc(0) : await readFile(file);
      return { path: file, mark: `${mode} ${size} ${createHash("sha1").update(bytes).digest("hex")}` };
    }),
  );
}
