import type { StorageConnections } from "../../src/storage/contract/connections.ts";
import type { StorageDomains } from "../../src/storage/contract/domains.ts";
import type { StorageExternalLeases } from "../../src/storage/contract/external-leases.ts";
import type { StorageImages } from "../../src/storage/contract/images.ts";
import type { StorageJobs } from "../../src/storage/contract/jobs.ts";
import type { StoragePools } from "../../src/storage/contract/pools.ts";
import type { StorageTasks } from "../../src/storage/contract/tasks.ts";
import type { StorageVolumes } from "../../src/storage/contract/volumes.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { type OperationName, operations } from "./operations.ts";
import { type SharedOperationName, sharedOperations } from "./shared-operations.ts";

/** What tries a method, or why nothing on storage can be left half done by it. */
type Tried = readonly (OperationName | SharedOperationName)[] | { readonly not: string };

type Methods<Part> = { readonly [Method in keyof Part]-?: Tried };

const reads = { not: "it only reads" } as const;
const ofHost = { not: "it changes only what this host keeps of itself" } as const;
const ofTasks = { not: "it ends or forgets tasks, which are tried themselves" } as const;

/**
 * Every method of storage with the operation that lets it die at each of its points. The compiler wants a line for each
 * method that is added; the test wants the operation.
 */
const structureMethods: {
  readonly connections: Methods<StorageConnections>;
  readonly domains: Methods<StorageDomains>;
  readonly pools: Methods<StoragePools>;
  readonly volumes: Methods<StorageVolumes>;
  readonly images: Methods<StorageImages>;
  readonly jobs: Methods<StorageJobs>;
  readonly externalLeases: Methods<StorageExternalLeases>;
  readonly tasks: Methods<StorageTasks>;
  readonly rest: Methods<
    Omit<
      Storage,
      "connections" | "domains" | "pools" | "volumes" | "images" | "jobs" | "externalLeases" | "tasks" | symbol
    >
  >;
} = {
  connections: { connect: ofHost, disconnect: ofHost },
  domains: {
    create: ["create a domain"],
    format: ["format a domain"],
    attach: ["attach a domain"],
    detach: ["detach a domain"],
    activate: ["activate a domain"],
    deactivate: ["deactivate a domain"],
    setDescription: ["name a domain"],
    validate: reads,
    getInfo: reads,
    getStats: reads,
    list: reads,
    listImages: reads,
    listVolumes: reads,
  },
  pools: {
    create: ["create a pool"],
    destroy: ["destroy a pool"],
    connect: ofHost,
    disconnect: ofHost,
    getInfo: reads,
    startSpm: { not: "it settles what was begun, which follows every crash here" },
    stopSpm: ofTasks,
    getSpmStatus: reads,
    findPoolOf: reads,
    requireSpm: reads,
    switchMaster: ["move the master"],
    reconstructMaster: ["make a new master"],
    upgrade: reads,
    listConnected: reads,
  },
  volumes: {
    create: [
      "create a raw volume",
      "create a preallocated raw volume",
      "create a qcow2 volume",
      "create a snapshot",
      "create a disk on a template",
    ],
    copy: ["copy a chain to a template", "copy a volume to another domain"],
    delete: ["delete the end of a chain", "delete two of a chain"],
    extend: ["extend a raw volume", "extend a qcow2 volume"],
    prepareMerge: ["prepare a merge"],
    finalizeMerge: ["put a chain on its merged base"],
    setCapacity: ["take over a capacity"],
    measure: reads,
    getInfo: reads,
    getSize: reads,
    setDescription: ["describe a volume"],
    setLegality: ["make a volume legal"],
    verify: reads,
    getQemuImageInfo: reads,
  },
  images: {
    delete: ["delete an image", "delete an image and wipe it", "delete a disk on a template"],
    prepare: ofHost,
    teardown: ofHost,
    listPrepared: reads,
    upload: ["upload to a volume"],
    download: reads,
  },
  jobs: {
    copyData: ["copy data into a volume"],
    updateVolume: ["change the record of a volume"],
    amendVolume: ["change the version of a qcow2 image"],
    sparsifyVolume: { not: "its program starts a guest of its own; in between it is as the other jobs" },
    merge: ["merge a volume into the one below"],
    list: reads,
    abort: ofTasks,
    onChange: reads,
  },
  externalLeases: {
    create: ["create a lease"],
    delete: ["delete a lease"],
    rebuild: ["rebuild the leases"],
    getPlace: reads,
    getStatus: reads,
  },
  tasks: {
    getStatus: reads,
    getInfo: reads,
    clear: ofTasks,
    stop: ofTasks,
    revert: ofTasks,
    listStatuses: reads,
    listInfo: reads,
  },
  rest: { vitals: reads, onDomainChange: reads },
};

/** Operations that nothing refers to, and methods without one: both must be empty. */
export function findUntried(): string[] {
  const named = Object.values(structureMethods).flatMap((methods) =>
    Object.entries(methods as Readonly<Record<string, Tried>>).flatMap(([, tried]) => ("not" in tried ? [] : tried)),
  );
  const all = [...Object.keys(operations), ...Object.keys(sharedOperations)];
  return [
    ...all.filter((name) => !named.some((one) => one === name)).map((name) => `no method refers to "${name}"`),
    ...named.filter((name) => !all.includes(name)).map((name) => `there is no operation "${name}"`),
  ];
}
