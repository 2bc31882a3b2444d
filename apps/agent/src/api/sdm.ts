import type {
  CopyDataDIVEndpoint,
  CopyDataEndpoint,
  HostJobInfo,
  SomeVerbs,
  VolumeAttributes as VolumeAttributesOnWire,
} from "@yagura/agent-protocol";
import { type ImageId, type JobId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { JobInfo, VolumeAttributes, VolumeVersion } from "../storage/contract/jobs.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { readSubchain } from "./subchain.ts";

/** The namespace `SDM`: each verb begins a job, and says nothing of what becomes of it. */
export function sdmVerbs({ jobs }: Storage): NonNullable<SomeVerbs["SDM"]> {
  const job = (id: string): JobId => parseId<JobId>(id);
  return {
    async copy_data({ job_id, source, destination, copy_bitmaps = false }) {
      if (copy_bitmaps) throw new StorageError("MethodNotImplemented", "bitmaps are not copied");
      jobs.copyData(job(job_id), { source: readEndpoint(source), destination: readEndpoint(destination) });
    },
    async update_volume({ job_id, vol_info, vol_attr }) {
      jobs.updateVolume(job(job_id), readVolume(vol_info), readAttributes(vol_attr));
    },
    async amend_volume({ job_id, vol_info, qcow2_attr: { compat } }) {
      if (compat === undefined) throw new StorageError("InvalidParameter", "there is nothing to amend");
      jobs.amendVolume(job(job_id), readVolume(vol_info), compat);
    },
    async sparsify_volume({ job_id, vol_info }) {
      jobs.sparsifyVolume(job(job_id), readVolume(vol_info));
    },
    async merge({ job_id, subchain_info, merge_bitmaps = false }) {
      if (merge_bitmaps) throw new StorageError("MethodNotImplemented", "bitmaps are not merged");
      jobs.merge(job(job_id), readSubchain(subchain_info));
    },
  };
}

/** As `Host.getJobs` and the event `jobs|status` tell it. */
export function formatJob({ jobId, type, status, description, progress, error }: JobInfo) {
  return {
    id: jobId,
    status,
    description,
    job_type: type,
    ...(progress !== undefined && { progress }),
    ...(error !== undefined && { error }),
  } satisfies HostJobInfo;
}

function readEndpoint({ endpoint_type, sd_id, img_id, vol_id, generation }: CopyDataEndpoint): VolumeVersion {
  if (endpoint_type !== "div") {
    throw new StorageError("MethodNotImplemented", "data are copied between volumes of storage domains only");
  }
  if (sd_id === undefined || img_id === undefined || vol_id === undefined) {
    throw new StorageError("InvalidParameter", "an endpoint of a copy lacks its domain, image or volume");
  }
  return readVolume({ sd_id, img_id, vol_id, generation });
}

function readVolume({ sd_id, img_id, vol_id, generation }: CopyDataDIVEndpoint): VolumeVersion {
  return {
    domainId: parseId<StorageDomainId>(sd_id),
    imageId: parseId<ImageId>(img_id),
    volumeId: parseId<VolumeId>(vol_id),
    generation,
  };
}

function readAttributes({ legality, description, generation, type }: VolumeAttributesOnWire): VolumeAttributes {
  if (legality === "FAKE") throw new StorageError("InvalidParameter", "a volume cannot be made FAKE");
  return {
    ...(legality !== undefined && { legality }),
    ...(description !== undefined && { description }),
    ...(generation !== undefined && { generation }),
    ...(type !== undefined && { role: type }),
  };
}
