/** The storage on which every operation begins: four domains with disks in all forms, each full of a pattern of its own. */
import { mkdir, rm, symlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { createSanlock } from "@yagura/sanlock";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { KiB, MiB } from "@yagura/std/units.ts";
import { connectionPath, domainPaths, mountsPath } from "@yagura/storage-format";
import { rootCallsInProcess } from "../../src/root/in-process.ts";
import type { NewVolume } from "../../src/storage/contract/volumes.ts";
import { openStorage, type StorageOptions } from "../../src/storage/open-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { filesWithMounts, ioTimeoutSeconds } from "../shared-storage.ts";
import { finished } from "../storage-world.ts";
import { attachedId, freeId, imageOf, masterId, poolId, secondId, volumeOf } from "./ids.ts";
import type { OperationPaths } from "./operation.ts";

const domains = { one: masterId, two: secondId, three: attachedId, four: freeId } as const;
const EMPTY = "five";
const storageNames = ["one", "two", "three", "four", EMPTY] as const;
type StorageName = (typeof storageNames)[number];
/** Joining a lockspace takes 5 s. */
const SPM_MS = 60_000;
const VOLUME_BYTES = 2 * MiB;
const SNAPSHOT_BYTES = 3 * MiB;

const key = (image: number, volume: number) => ({
  domainId: masterId,
  imageId: imageOf(image),
  volumeId: volumeOf(volume),
});
/** A raw disk. */
export const raw = { ...key(1, 1), capacityBytes: VOLUME_BYTES };
/** A raw base with two snapshots. */
export const chain = { base: key(2, 2), inner: key(2, 3), leaf: key(2, 4) } as const;
export const template = key(3, 5);
/** On the template. */
export const disk = key(4, 6);

/** Times in records are the same in every run; waiting goes on as ever. */
const sameTime: Clock = { ...systemClock, nowMs: () => Date.UTC(2026, 0, 1) };

export interface CrashPaths extends OperationPaths {
  readonly isShared: boolean;
  /** Where the agent keeps its links to connected storage. */
  readonly mounts: string;
  readonly storage: Readonly<Record<StorageName, string>>;
  readonly options: StorageOptions;
}

/** Where one run happens. */
export interface CrashPlace {
  readonly directory: string;
  /** Of the host's sanlock: then the storage is shared, else it is this host's own. */
  readonly sanlockSocket?: string;
  /** The process before may have left lockspaces. */
  readonly endsMemberships?: boolean;
}

/** Where everything of one run lies: its storage, and what the agent keeps on its host. */
export function pathsBelow({ directory, sanlockSocket, endsMemberships = false }: CrashPlace): CrashPaths {
  const repositoryPath = `${directory}/data-center`;
  const isShared = sanlockSocket !== undefined;
  return {
    isShared,
    mounts: mountsPath(repositoryPath),
    empty: isShared ? { type: "NFS", path: sharedPathOf(EMPTY) } : { type: "LOCALFS", path: `${directory}/${EMPTY}` },
    raw: domainPaths(`${directory}/one/${masterId}`).volume(raw.imageId, raw.volumeId),
    storage: {
      one: `${directory}/one`,
      two: `${directory}/two`,
      three: `${directory}/three`,
      four: `${directory}/four`,
      five: `${directory}/five`,
    },
    options: {
      repositoryPath,
      runPath: `${directory}/run`,
      root: rootCallsInProcess(false),
      log: silentLog,
      clock: sameTime,
      // Each run would wait for it.
      ...(!endsMemberships && { unseenMs: 0 }),
      ...(isShared && {
        sanlock: createSanlock({ socketPath: sanlockSocket }),
        files: filesWithMounts(storageNames.map((name) => connectionPath(repositoryPath, sharedPathOf(name)))),
      }),
    },
  };
}

/** Makes it, with the storage code itself. */
export async function furnish(place: CrashPlace): Promise<void> {
  const paths = pathsBelow(place);
  for (const path of Object.values(paths.storage)) await mkdir(path, { recursive: true });
  await using storage = await openStorage(paths.options);
  await connectAll(storage, paths);
  for (const [name, domainId] of Object.entries(domains)) {
    const known = { domainId, class: "Data", name, version: 5 } as const;
    const path = paths.storage[name as keyof typeof domains];
    await storage.domains.create(
      paths.isShared
        ? { ...known, type: "NFS", path: sharedPathOf(name as StorageName) }
        : { ...known, type: "LOCALFS", path },
    );
  }
  await storage.pools.create({
    poolId,
    name: "Default",
    masterDomainId: masterId,
    masterVersion: 1,
    domainIds: [masterId, secondId, attachedId],
    ...(paths.isShared && { ioTimeoutSeconds }),
  });
  await becomeSpm(storage);
  await fill(storage);
  for (const { taskId } of storage.tasks.listStatuses()) await storage.tasks.clear(taskId);
}

async function fill(storage: Storage): Promise<void> {
  const common = {
    capacityBytes: VOLUME_BYTES,
    format: "RAW",
    allocation: "SPARSE",
    diskType: "DATA",
    description: "",
  } as const;
  const create = async (volume: NewVolume): Promise<void> =>
    finished(storage, await storage.volumes.create(poolId, volume));
  await create({ ...common, ...raw });
  await upload(storage, raw, "raw ");
  await create({ ...common, ...chain.base });
  await upload(storage, chain.base, "base ");
  await create({ ...common, ...chain.inner, capacityBytes: SNAPSHOT_BYTES, format: "COW", parent: chain.base });
  await writePattern(storage, chain.inner, { pattern: 0x33, offset: 64 * KiB });
  await create({ ...common, ...chain.leaf, capacityBytes: SNAPSHOT_BYTES, format: "COW", parent: chain.inner });
  await writePattern(storage, chain.leaf, { pattern: 0x44, offset: 192 * KiB });
  const copy = { format: "COW", allocation: "SPARSE", description: "", role: "SHARED" } as const;
  await finished(storage, await storage.volumes.copy(poolId, { source: raw, target: template, ...copy }));
  await create({ ...common, ...disk, format: "COW", parent: template });
  await writePattern(storage, disk, { pattern: 0x66, offset: 0 });
}

async function upload(storage: Storage, volume: typeof raw | typeof template, text: string): Promise<void> {
  await storage.images.upload(volume, Readable.from([Buffer.alloc(VOLUME_BYTES, text)]), { lengthBytes: VOLUME_BYTES });
}

async function writePattern(
  storage: Storage,
  volume: typeof template,
  { pattern, offset }: { readonly pattern: number; readonly offset: number },
): Promise<void> {
  const { path } = await storage.images.prepare(volume);
  await runProgram("qemu-io", ["-f", "qcow2", "-c", `write -P ${pattern} ${offset} ${64 * KiB}`, path]);
  await storage.images.teardown(volume.domainId, volume.imageId);
}

/** As the Manager does it for a host that comes back. */
export async function connectAll(
  storage: Storage,
  { isShared, storage: places, mounts, options }: CrashPaths,
): Promise<void> {
  if (isShared) return linkAll(places, { mounts, repositoryPath: options.repositoryPath });
  const wanted = Object.entries(places).map(([connectionId, path]) => ({
    connectionId,
    type: "LOCALFS" as const,
    path,
  }));
  await storage.connections.connect(wanted);
}

/** What stands for mounting: nothing has to be. */
async function linkAll(
  places: CrashPaths["storage"],
  { mounts, repositoryPath }: { readonly mounts: string; readonly repositoryPath: string },
): Promise<void> {
  await mkdir(mounts, { recursive: true });
  for (const name of storageNames) {
    const link = connectionPath(repositoryPath, sharedPathOf(name));
    await rm(link, { force: true });
    await symlink(places[name], link);
  }
}

function sharedPathOf(name: StorageName): string {
  return `server:/${name}`;
}

/** Connects the pool with the master that the storage has, as the Manager knows it; without one there is no pool. */
export async function becomeSpm(storage: Storage): Promise<void> {
  const master = await findMaster(storage);
  if (master === undefined) return;
  await storage.pools.connect({ poolId, hostNumber: 1, ...master, domains: domainsOfPool });
  await finished(storage, await storage.pools.startSpm(poolId), SPM_MS);
}

const domainsOfPool = new Map<StorageDomainId, "active" | "attached">([
  [masterId, "active"],
  [secondId, "active"],
  [attachedId, "attached"],
]);

/** Of two that say they are it, the later one. */
async function findMaster(
  storage: Storage,
): Promise<{ readonly masterDomainId: StorageDomainId; readonly masterVersion: number } | undefined> {
  const infos = await Promise.all([masterId, secondId].map((domainId) => storage.domains.getInfo(domainId)));
  const [latest] = infos
    .filter(({ role, poolIds }) => role === "Master" && poolIds.includes(poolId))
    .toSorted((a, b) => b.masterVersion - a.masterVersion);
  return latest && { masterDomainId: latest.domainId, masterVersion: latest.masterVersion };
}
