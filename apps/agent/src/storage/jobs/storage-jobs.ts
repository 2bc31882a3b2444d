import type { StorageJobs } from "../contract/jobs.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import type { VolumeWorld } from "../volumes/volume-world.ts";
import { amendVolume } from "./amend-volume.ts";
import { copyData } from "./copy-data.ts";
import type { Jobs } from "./jobs.ts";
import { mergeVolumes } from "./merge-volumes.ts";
import { sparsifyVolume } from "./sparsify-volume.ts";
import { updateVolume } from "./update-volume.ts";

interface JobsWorld {
  readonly known: KnownDomains;
  readonly jobs: Jobs;
  readonly volumeWorld: VolumeWorld;
}

/** The jobs that any host does with volumes. What is wrong is said by the job, which is there as soon as it was asked for. */
export function openStorageJobs({ known, jobs, volumeWorld: world }: JobsWorld): StorageJobs {
  return {
    copyData(jobId, copy) {
      const { source, destination } = copy;
      jobs.start({
        jobId,
        type: "storage",
        description: "copy_data",
        // The source is not locked: many copies may be made of one.
        images: [destination],
        async run(watched) {
          const domains = {
            source: await known.get(source.domainId),
            destination: await known.get(destination.domainId),
          };
          await copyData(domains, copy, world, watched);
        },
      });
    },
    updateVolume(jobId, volume, attributes) {
      jobs.start({
        jobId,
        type: "storage",
        description: "update_volume",
        images: [volume],
        run: async () => updateVolume(await known.get(volume.domainId), volume, attributes, world),
      });
    },
    amendVolume(jobId, volume, compat) {
      jobs.start({
        jobId,
        type: "storage",
        description: "amend_volume",
        images: [volume],
        run: async (watched) => amendVolume(await known.get(volume.domainId), { ...volume, compat }, world, watched),
      });
    },
    sparsifyVolume(jobId, volume) {
      jobs.start({
        jobId,
        type: "storage",
        description: "sparsify_volume",
        images: [volume],
        run: async (watched) => sparsifyVolume(await known.get(volume.domainId), volume, world, watched),
      });
    },
    merge(jobId, subchain) {
      jobs.start({
        jobId,
        type: "storage",
        description: "merge_subchain",
        images: [subchain],
        run: async (watched) => mergeVolumes(await known.get(subchain.domainId), subchain, world, watched),
      });
    },
    list: (filter) => jobs.list(filter),
    abort: (jobId) => jobs.abort(jobId),
    onChange: (listener) => jobs.onChange(listener),
  };
}
