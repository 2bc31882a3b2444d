import { isAbsolute } from "node:path";
import type { Sanlock } from "@yagura/sanlock";
import { assert } from "@yagura/std/assert.ts";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { connectionPath, mountsPath } from "@yagura/storage-format";
import { readMounts } from "../root/mount-table.ts";
import type { RootCalls } from "../root/root-calls.ts";
import { openConnectionKinds } from "./connections/connection-kinds.ts";
import { openConnections } from "./connections/connections.ts";
import { MountedStorage } from "./connections/mounted-storage.ts";
import { openWantedMounts } from "./connections/wanted-mounts.ts";
import type { PoolId } from "./contract/spm-order.ts";
import { openDomains } from "./domains/domains.ts";
import { KnownDomains } from "./domains/known-domains.ts";
import { StorageError } from "./errors.ts";
import { openExternalLeases } from "./external-leases/external-leases.ts";
import { Mounts } from "./files/mounts.ts";
import { openStorageFiles, type StorageFiles } from "./files/storage-files.ts";
import { Jobs } from "./jobs/jobs.ts";
import { openStorageJobs } from "./jobs/storage-jobs.ts";
import { killOurselves } from "./leases/end-process.ts";
import type { EndProcess } from "./leases/process-leases.ts";
import type { VolumeLeases } from "./leases/volume-leases.ts";
import { inTime } from "./pool/in-time.ts";
import type { AcquireSpmLock } from "./pool/local-lock.ts";
import { openLeasing } from "./pool/open-leasing.ts";
import { Pools } from "./pool/pools.ts";
import type { Storage } from "./storage.ts";
import { openStructure } from "./structure.ts";
import { ImageLocks } from "./tasks/image-locks.ts";
import type { Intent, Settled } from "./tasks/intent.ts";
import { type Settling, settleIntent } from "./tasks/settle-intent.ts";
import { Tasks } from "./tasks/tasks.ts";
import { type QemuImg, qemuImg as realQemuImg } from "./tools/qemu-img.ts";
import { spawnFileChild } from "./tools/spawn-file-child.ts";
import { type VolumeBlocks, volumeBlocks } from "./tools/volume-blocks.ts";
import { openImages } from "./volumes/images.ts";
import { PreparedImages } from "./volumes/prepared-images.ts";
import { guardWorld } from "./volumes/spm-task.ts";
import type { VolumeWorld } from "./volumes/volume-world.ts";
import { openVolumes } from "./volumes/volumes.ts";
import { DomainWatch } from "./watch/domain-watch.ts";

export interface StorageOptions {
  /** The tree that oVirt has at /rhev/data-center. */
  readonly repositoryPath: string;
  /** Where links to prepared images are, as vdsm has them in /run/vdsm/storage. */
  readonly runPath: string;
  readonly root: RootCalls;
  readonly log: Log;
  readonly clock?: Clock;
  /** For tests: what stands between us and the world. */
  readonly files?: StorageFiles;
  readonly qemuImg?: QemuImg;
  readonly blocks?: VolumeBlocks;
  readonly volumeLeases?: VolumeLeases;
  readonly acquireLock?: AcquireSpmLock;
  readonly spawnFileChild?: typeof spawnFileChild;
  /** By default the system's daemon; it is not asked for anything before shared storage is used. */
  readonly sanlock?: Sanlock;
  /** How long it takes sanlock at most to act on what a process before this one asked: see leases/host-ids.ts. */
  readonly unseenMs?: number;
  /** What is done when this host cannot prove any more that it writes nothing; by default SIGKILL to this process. */
  readonly endProcess?: EndProcess;
}

/** Before the init system loses its patience. */
const CLOSE_MS = 80_000;

/** Starts with no pool connected: the Manager says which. Prepared images of the process before are still prepared. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { repositoryPath, runPath, root, log, clock = systemClock } = options;
  assert(isAbsolute(repositoryPath) && isAbsolute(runPath), "paths of storage are absolute");
  const mountsDirectory = mountsPath(repositoryPath);
  const mounts = new Mounts({ mountsDirectory, clock, spawnChild: options.spawnFileChild ?? spawnFileChild });
  const ownFiles = options.files ?? openStorageFiles(root);
  const files = mounts.route(ownFiles);
  const lookFiles = mounts.routeLooks(ownFiles);
  await files.makeDirectory(mountsDirectory);
  await files.makeDirectory(runPath);

  const known = new KnownDomains(repositoryPath, files);
  const endProcess = options.endProcess ?? killOurselves(log);
  const whenWritersDead = (path?: string): Promise<void> => mounts.whenDead(path);
  const leasing = openLeasing({ ...options, files, clock, endProcess, whenWritersDead });
  const prepared = new PreparedImages(runPath, files);
  const volumeWorld: VolumeWorld = {
    files,
    qemuImg: options.qemuImg ?? realQemuImg,
    blocks: options.blocks ?? volumeBlocks,
    leases: options.volumeLeases ?? leasing.volumeLeases,
    sanlock: leasing.sanlock,
    prepared,
    clock,
  };
  const locks = new ImageLocks();
  const tasks = new Tasks({ locks, settle, clock, log, isReachable });
  const pools: Pools = new Pools({
    repositoryPath,
    files,
    known,
    tasks,
    ...leasing,
    endProcess,
    whenWritersDead,
    giveUpSilent: (until) => mounts.giveUpSilent(until),
    log,
  });
  const isInUse = (target: string): boolean => watch.isBelow(target);
  const wantedMounts = openWantedMounts({ path: `${runPath}/mounts.json`, log });
  const mounted = new MountedStorage({ clock, log, root, mountsDirectory, mounts, wantedMounts, readMounts, isInUse });
  await mounted.adopt();
  const watch: DomainWatch = new DomainWatch({
    clock,
    known,
    log,
    listDomains,
    isAcquired: (domainId) => leasing.hostIds.isAcquired(domainId),
    lookFiles,
    heal: (path, error) => mounted.heal(path, error),
  });
  const kinds = openConnectionKinds({
    repositoryPath,
    files,
    mounted,
    log,
    readMounts,
    canMount: process.getuid?.() === 0,
  });
  const connections = openConnections({ kinds, known, log });
  const domains = openDomains({ ...leasing, repositoryPath, files, known, pools, clock, log });
  const volumesWorld = { known, pools, tasks, locks, volumeWorld };
  const jobs = new Jobs({ locks, clock, log });
  const end = new AbortController();
  const watching = Promise.all([watch.watch(end.signal), mounted.watch(end.signal)]);

  function settle(intent: Intent, poolId: PoolId | undefined, { signal, ...how }: Settling): Promise<Settled> {
    const term = poolId === undefined ? undefined : pools.get(poolId).spm.term;
    if (term === undefined) {
      throw new StorageError("NotSpm", "this host is not the SPM any more; the next one settles what was begun");
    }
    const guarded = guardWorld({ known, volumeWorld }, term);
    const until = AbortSignal.any([signal, term.signal]);
    return settleIntent(intent, guarded.known, guarded.volumeWorld, { ...how, signal: until });
  }

  function isReachable(domainId: StorageDomainId): boolean {
    return watch.vitals().get(domainId)?.isValid === true;
  }

  function listDomains(): StorageDomainId[] {
    const ofPools = pools.listConnected().flatMap((poolId) => [...pools.get(poolId).domains]);
    return ofPools.flatMap(([domainId, status]) => (status === "active" ? [domainId] : []));
  }

  const structure = openStructure({
    domains,
    pools,
    look: () => watch.look(),
    askDomain: async (domainId) => (await known.get(domainId)).withFiles(lookFiles).readMetadata(),
    askStorage: (path) => files.find(connectionPath(repositoryPath, path)),
  });

  return {
    connections,
    domains: structure.domains,
    pools: structure.pools,
    volumes: openVolumes(volumesWorld),
    images: openImages(volumesWorld),
    tasks,
    jobs: openStorageJobs({ known, jobs, volumeWorld }),
    externalLeases: openExternalLeases(volumesWorld),
    vitals: () => watch.vitals(),
    onDomainChange: (listener) => watch.onChange(listener),
    async [Symbol.asyncDispose]() {
      end.abort();
      const close = async (): Promise<void> => {
        await jobs.stopAll("the agent is stopping");
        await structure.idle();
        // Their tasks end with the roles, and what takes too long is left to the next SPM.
        await pools.close();
        await tasks.stopAll("the agent is stopping");
        await leasing.close();
        await watching;
        await mounts.close();
      };
      try {
        await inTime("ending the use of storage", CLOSE_MS, close());
      } catch (cause) {
        endProcess(`the use of storage could not be ended: ${describeError(cause)}`);
        throw cause;
      }
    },
  };
}
