import { truncate } from "node:fs/promises";
import { Readable } from "node:stream";
import { type JobId, newId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { KiB, MiB } from "@yagura/std/units.ts";
import type { FindingKind } from "@yagura/storage-doctor";
import type { JobInfo, StorageJobs } from "../../src/storage/contract/jobs.ts";
import type { NewVolume } from "../../src/storage/contract/volumes.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { ended } from "../storage-world.ts";
import { becomeSpm, chain, disk, raw, template } from "./fixture.ts";
import { attachedId, freeId, imageOf, masterId, newDomainId, otherPoolId, poolId, secondId, volumeOf } from "./ids.ts";
import type { Operation } from "./operation.ts";

const newRaw = volumeIn(20, { capacityBytes: MiB });
/** What may be left where there is no journal. */
const unjournalled: readonly FindingKind[] = ["illegal-volume", "unfinished-text"];
/** The inner volume goes into the base. */
const subchain = { ...chain.leaf, baseId: chain.base.volumeId, topId: chain.inner.volumeId, baseGeneration: 1 };
const target = volumeIn(25, { domainId: secondId, capacityBytes: 3 * MiB });

const all = {
  "create a raw volume": { act: task((storage) => storage.volumes.create(poolId, newRaw)) },
  "create a preallocated raw volume": {
    act: task((storage) => storage.volumes.create(poolId, { ...newRaw, allocation: "PREALLOCATED" })),
  },
  "create a qcow2 volume": {
    act: task((storage) => storage.volumes.create(poolId, { ...newRaw, format: "COW" })),
  },
  "create a snapshot": {
    act: task((storage) =>
      storage.volumes.create(poolId, {
        ...volumeIn(21, { capacityBytes: 3 * MiB, format: "COW", parent: chain.leaf }),
        imageId: chain.leaf.imageId,
      }),
    ),
  },
  "create a disk on a template": {
    act: task((storage) =>
      storage.volumes.create(poolId, volumeIn(22, { capacityBytes: 2 * MiB, format: "COW", parent: template })),
    ),
  },
  "copy a chain to a template": {
    act: task((storage) =>
      storage.volumes.copy(poolId, {
        source: chain.leaf,
        target: volumeIn(23),
        format: "COW",
        allocation: "SPARSE",
        description: "",
        role: "SHARED",
      }),
    ),
  },
  "copy a volume to another domain": {
    act: task((storage) =>
      storage.volumes.copy(poolId, {
        source: raw,
        target: volumeIn(24, { domainId: secondId }),
        format: "RAW",
        allocation: "PREALLOCATED",
        description: "",
        role: "LEAF",
      }),
    ),
  },
  "extend a raw volume": { act: task((storage) => storage.volumes.extend(poolId, { ...raw, capacityBytes: 3 * MiB })) },
  "extend a qcow2 volume": {
    act: task((storage) => storage.volumes.extend(poolId, { ...chain.leaf, capacityBytes: 4 * MiB })),
  },
  "delete the end of a chain": {
    act: task((storage) =>
      storage.volumes.delete(poolId, { ...chain.leaf, volumeIds: [chain.leaf.volumeId], wipes: true }),
    ),
  },
  "delete two of a chain": {
    act: task((storage) =>
      storage.volumes.delete(poolId, {
        ...chain.leaf,
        volumeIds: [chain.inner.volumeId, chain.leaf.volumeId],
        wipes: false,
      }),
    ),
  },
  "delete an image": { act: task((storage) => storage.images.delete(poolId, { ...chain.leaf, wipes: false })) },
  "delete an image and wipe it": { act: task((storage) => storage.images.delete(poolId, { ...raw, wipes: true })) },
  "delete a disk on a template": { act: task((storage) => storage.images.delete(poolId, { ...disk, wipes: true })) },
  "describe a volume": {
    act: (storage) => storage.volumes.setDescription(poolId, raw, "another"),
    leaves: unjournalled,
  },
  "make a volume legal": {
    prepare: (storage) => storage.volumes.setLegality(poolId, raw, "ILLEGAL"),
    act: (storage) => storage.volumes.setLegality(poolId, raw, "LEGAL"),
    leaves: unjournalled,
  },
  "take over a capacity": {
    // As the guest's own QEMU does it before.
    prepare: (_, paths) => truncate(paths.raw, 3 * MiB),
    act: (storage) => storage.volumes.setCapacity(raw, 3 * MiB),
    leaves: ["capacity-differs", "unfinished-text"],
  },
  "upload to a volume": {
    act: (storage) => storage.images.upload(raw, Readable.from([Buffer.alloc(MiB, "new")]), { lengthBytes: MiB }),
    leaves: unjournalled,
    countsAttempts: true,
  },
  "prepare a merge": { act: task((storage) => storage.volumes.prepareMerge(poolId, subchain)) },
  "merge a volume into the one below": {
    prepare: task((storage) => storage.volumes.prepareMerge(poolId, subchain)),
    act: job((jobs, jobId) => jobs.merge(jobId, subchain)),
    leaves: unjournalled,
    changes: [subchain.baseId],
  },
  "put a chain on its merged base": {
    async prepare(storage) {
      await ended(storage, await storage.volumes.prepareMerge(poolId, subchain));
      await job((jobs, jobId) => jobs.merge(jobId, subchain))(storage);
    },
    act: task((storage) => storage.volumes.finalizeMerge(poolId, subchain)),
    leaves: ["illegal-volume"],
    ends: ["illegal-volume"],
  },
  "copy data into a volume": {
    prepare: task((storage) => storage.volumes.create(poolId, target)),
    act: job((jobs, jobId) => jobs.copyData(jobId, { source: chain.leaf, destination: { ...target, generation: 0 } })),
    leaves: unjournalled,
  },
  "change the record of a volume": {
    act: job((jobs, jobId) =>
      jobs.updateVolume(jobId, { ...raw, generation: 1 }, { description: "new", generation: 7 }),
    ),
    leaves: unjournalled,
  },
  "change the version of a qcow2 image": {
    act: job((jobs, jobId) => jobs.amendVolume(jobId, { ...chain.leaf, generation: 0 }, "0.10")),
    leaves: unjournalled,
  },
  "create a domain": {
    act: (storage, { empty }) =>
      storage.domains.create({
        ...empty,
        domainId: newDomainId,
        class: "Data",
        name: "new",
        version: 5,
      }),
    leaves: unjournalled,
  },
  "format a domain": { act: (storage) => storage.domains.format(freeId), leaves: unjournalled },
  "attach a domain": { act: (storage) => storage.domains.attach(freeId, poolId), leaves: unjournalled },
  "detach a domain": { act: (storage) => storage.domains.detach(attachedId, poolId), leaves: unjournalled },
  "name a domain": { act: (storage) => storage.domains.setDescription(secondId, "renamed"), leaves: unjournalled },
  "move the master": {
    act: task((storage) =>
      storage.pools.switchMaster(poolId, { fromDomainId: masterId, toDomainId: secondId, masterVersion: 2 }),
    ),
    leaves: unjournalled,
  },
  "make a new master": {
    async act(storage) {
      await storage.pools.stopSpm(poolId);
      await storage.pools.disconnect(poolId);
      await storage.pools.reconstructMaster({ poolId, hostNumber: 1, masterDomainId: secondId, masterVersion: 2 });
      // With the role the new master's SPM takes the old one's name from it.
      await becomeSpm(storage);
    },
    leaves: unjournalled,
    endsMemberships: true,
  },
  "destroy a pool": {
    act: (storage) => storage.pools.destroy(poolId),
    leaves: unjournalled,
    endsMemberships: true,
    changes: [secondId, attachedId],
  },
  "create a pool": {
    act: (storage) =>
      storage.pools.create({
        poolId: otherPoolId,
        name: "other",
        masterDomainId: freeId,
        masterVersion: 1,
        domainIds: [freeId],
      }),
    leaves: unjournalled,
  },
} satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof all;

/** Every operation that changes what is on storage, as the Manager asks for it. */
export const operations: Readonly<Record<OperationName, Operation>> = all;

function volumeIn(number: number, differs: Partial<NewVolume> = {}): NewVolume {
  return {
    domainId: masterId,
    imageId: imageOf(number),
    volumeId: volumeOf(number),
    capacityBytes: 64 * KiB,
    format: "RAW",
    allocation: "SPARSE",
    diskType: "DATA",
    description: "",
    ...differs,
  };
}

/** The work of a task, to its end. */
export function task(start: (storage: Storage) => Promise<Parameters<typeof ended>[1]>): Operation["act"] {
  return async (storage) => ended(storage, await start(storage));
}

function job(start: (jobs: StorageJobs, jobId: JobId) => void): (storage: Storage) => Promise<JobInfo | undefined> {
  return async ({ jobs }) => {
    const jobId = newId<JobId>();
    start(jobs, jobId);
    const look = (): JobInfo | undefined =>
      jobs.list({ jobIds: [jobId] }).find(({ status }) => ["done", "failed", "aborted"].includes(status));
    return poll(`the end of job ${jobId}`, look, { timeoutMs: 20_000, everyMs: 2 });
  };
}
