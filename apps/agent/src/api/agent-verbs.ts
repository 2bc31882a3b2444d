import type { SomeVerbs } from "@yagura/agent-protocol";
import { withFaults } from "./faults.ts";
import { type HostApi, hostVerbs } from "./host.ts";
import { imageVerbs, teardownUnused } from "./image.ts";
import { leaseVerbs } from "./lease.ts";
import { sdmVerbs } from "./sdm.ts";
import { withSpmOnly } from "./spm-only.ts";
import { storageDomainVerbs } from "./storage-domain.ts";
import { storagePoolVerbs } from "./storage-pool.ts";
import { taskVerbs } from "./task.ts";
import { vmVerbs } from "./vm.ts";
import { volumeVerbs } from "./volume.ts";

/** Every verb that this host answers; all others are answered as unknown. */
export function agentVerbs(host: HostApi): SomeVerbs {
  const { storage, virt, sampler } = host;
  const teardown = teardownUnused(storage, virt);
  return withFaults(
    withSpmOnly(
      {
        Host: hostVerbs(host),
        VM: vmVerbs(virt, sampler),
        StoragePool: storagePoolVerbs(storage),
        StorageDomain: storageDomainVerbs(storage),
        Volume: volumeVerbs(storage, teardown),
        Image: imageVerbs(storage, teardown),
        Task: taskVerbs(storage),
        SDM: sdmVerbs(storage),
        Lease: leaseVerbs(storage),
      },
      storage.pools,
    ),
    virt.log,
  );
}
