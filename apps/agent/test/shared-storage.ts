/** One shared domain that the storage of several hosts uses, each with a sanlock daemon of its own. */
import { mkdir, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { type LabSanlock, startSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { createSanlock } from "@yagura/sanlock";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { connectionPath } from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { rootCallsInProcess } from "../src/root/in-process.ts";
import type { PoolConnection } from "../src/storage/contract/pools.ts";
import type { PoolId } from "../src/storage/contract/spm-order.ts";
import { openStorageFiles, type StorageFiles } from "../src/storage/files/storage-files.ts";
import { openStorage, type StorageOptions } from "../src/storage/open-storage.ts";
import type { Storage } from "../src/storage/storage.ts";
import { fakeQemuImg, finished } from "./storage-world.ts";

/** The shortest clock: joining takes 5 s. */
export const ioTimeoutSeconds = 2;
export const sharedPath = "server:/export";
/** Empty at first. */
export const secondPath = "server:/second";

export interface SharedHost extends AsyncDisposable {
  readonly hostNumber: number;
  readonly daemon: LabSanlock;
  readonly storage: Storage;
  readonly options: StorageOptions;
}

export interface SharedStorage extends AsyncDisposable {
  readonly path: string;
  readonly poolId: PoolId;
  readonly domainId: StorageDomainId;
  /** What stands for the mount. */
  readonly mountPath: string;
  readonly repositoryPath: string;
  startDaemon(name: string): Promise<LabSanlock>;
  startHost(hostNumber: number, differs?: Partial<StorageOptions>): Promise<SharedHost>;
  /** As the Manager tells each host. */
  connectionOf(hostNumber: number): PoolConnection;
}

/**
 * Files of a host on which some places are mounted, so that nothing has to be: they are links to directories, which are told
 * to be mounts.
 */
export function filesWithMounts(mountPaths: readonly string[]): StorageFiles {
  const files = openStorageFiles(rootCallsInProcess(false));
  return { ...files, find: (path) => files.find(mountPaths.includes(path) ? `${path}/.` : path) };
}

/** All hosts have one repository: what is mounted in each is one directory here. */
export async function sharedStorage(): Promise<SharedStorage> {
  // O_DIRECT is refused on the tmpfs that /tmp may be.
  const directory = await temporaryDirectory("/var/tmp");
  const repositoryPath = `${directory.path}/r`;
  const mountPath = connectionPath(repositoryPath, sharedPath);
  await mkdir(dirname(mountPath), { recursive: true });
  const secondMountPath = connectionPath(repositoryPath, secondPath);
  for (const [name, link] of Object.entries({ export: mountPath, second: secondMountPath })) {
    await mkdir(`${directory.path}/${name}`);
    await symlink(`${directory.path}/${name}`, link);
  }
  const poolId = newId<PoolId>();
  const domainId = newId<StorageDomainId>();
  const daemons: LabSanlock[] = [];
  const startDaemon = async (name: string): Promise<LabSanlock> => {
    const daemon = await startSanlock(`${directory.path}/${name}`, name);
    daemons.push(daemon);
    return daemon;
  };
  return {
    path: directory.path,
    poolId,
    domainId,
    mountPath,
    repositoryPath,
    startDaemon,
    async startHost(hostNumber, differs = {}) {
      const daemon = await startDaemon(`host-${hostNumber}`);
      const options: StorageOptions = {
        repositoryPath,
        runPath: `${directory.path}/run-${hostNumber}`,
        root: rootCallsInProcess(false),
        files: filesWithMounts([mountPath, secondMountPath]),
        log: silentLog,
        qemuImg: fakeQemuImg,
        sanlock: createSanlock(daemon),
        ...differs,
      };
      const storage = await openStorage(options);
      return { hostNumber, daemon, options, storage, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
    },
    connectionOf: (hostNumber) => ({ poolId, hostNumber, masterDomainId: domainId, masterVersion: 1 }),
    async [Symbol.asyncDispose]() {
      await Promise.all(daemons.map((daemon) => daemon.kill()));
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A pool of one shared domain, made by one host, to which it is connected. */
export async function makePool(shared: SharedStorage, { storage, hostNumber }: SharedHost): Promise<void> {
  const { poolId, domainId } = shared;
  await storage.domains.create({
    domainId,
    type: "NFS",
    class: "Data",
    name: "shared",
    path: sharedPath,
    version: 5,
  });
  await storage.pools.create({
    poolId,
    name: "p",
    masterDomainId: domainId,
    masterVersion: 1,
    domainIds: [domainId],
    ioTimeoutSeconds,
  });
  await storage.pools.connect(shared.connectionOf(hostNumber));
}

export async function becomeSpmOf({ poolId }: SharedStorage, { storage }: SharedHost): Promise<number> {
  await finished(storage, await storage.pools.startSpm(poolId), 60_000);
  return (await storage.pools.getSpmStatus(poolId)).leaseVersion;
}

export async function untilJoined({ domainId }: SharedStorage, host: SharedHost): Promise<void> {
  await poll(
    `host ${host.hostNumber} to have its host id`,
    () => host.storage.vitals().get(domainId)?.isAcquired === true,
    {
      timeoutMs: 60_000,
      everyMs: 100,
    },
  );
}
