import { AgentFault, type CopyDataEndpoint, type SDMVerbs, type SomeVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import type { SimulatedVolume } from "../world/storage.ts";

export function sdmVerbs({ storage, jobs }: HostWorld): NonNullable<SomeVerbs["SDM"]> {
  const verbs: Partial<SDMVerbs> = {
    async copy_data({ job_id, source, destination }) {
      jobs.start(job_id, "copy_data", () => {
        const [from, to] = [endpoint(source), endpoint(destination)];
        if (from.legality !== "LEGAL") throw new AgentFault("prepareIllegalVolumeError", { volUUID: from.volumeId });
        if (to.isShared) throw new AgentFault("SharedVolumeNonWritable", { volUUID: to.volumeId });
        if (to.capacityBytes < from.capacityBytes) {
          throw new AgentFault("InvalidParameterException", "the destination is smaller than the source");
        }
        return {
          volume: to,
          generation: destination.generation,
          isUnsafe: true,
          change() {
            to.uploadedBytes = from.uploadedBytes;
            to.content = from.content;
          },
        };
      });
    },
    async sparsify_volume({ job_id, vol_info }) {
      jobs.start(job_id, "sparsify_volume", () => ({
        volume: storage.getVolume(vol_info.sd_id, vol_info.img_id, vol_info.vol_id),
        generation: vol_info.generation,
        isUnsafe: false,
        change: () => undefined,
      }));
    },
    async update_volume({ job_id, vol_info, vol_attr }) {
      jobs.start(job_id, "update_volume", () => {
        const volume = storage.getVolume(vol_info.sd_id, vol_info.img_id, vol_info.vol_id);
        return {
          volume,
          generation: vol_info.generation,
          isUnsafe: false,
          change() {
            volume.description = vol_attr.description ?? volume.description;
            if (vol_attr.legality === "LEGAL" || vol_attr.legality === "ILLEGAL") volume.legality = vol_attr.legality;
          },
        };
      });
    },
  };
  function endpoint({ endpoint_type, sd_id = "", img_id = "", vol_id = "" }: CopyDataEndpoint): SimulatedVolume {
    if (endpoint_type !== "div") throw new AgentFault("InvalidParameterException", "only volumes are copied here");
    return storage.getVolume(sd_id, img_id, vol_id);
  }
  return verbs;
}
