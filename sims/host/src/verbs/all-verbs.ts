import { AgentFault, type AgentVerbs, type CallContext, type SomeVerbs, verbNames } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import { hostVerbs } from "./host.ts";
import { imageVerbs } from "./image.ts";
import { sdmVerbs } from "./sdm.ts";
import { storageDomainVerbs } from "./storage-domain.ts";
import { storagePoolVerbs } from "./storage-pool.ts";
import { taskVerbs } from "./task.ts";
import { vmVerbs } from "./vm.ts";
import { volumeVerbs } from "./volume.ts";

type AnyVerb = (params: object, context: CallContext) => Promise<unknown>;

/** What this stand-in really does. */
export function simulatedVerbs(world: HostWorld): SomeVerbs {
  return {
    Host: hostVerbs(world),
    Image: imageVerbs(world),
    SDM: sdmVerbs(world),
    StorageDomain: storageDomainVerbs(world),
    StoragePool: storagePoolVerbs(world),
    Task: taskVerbs(world),
    VM: vmVerbs(world),
    Volume: volumeVerbs(world),
  };
}

/** Every verb of the definition; one that is not simulated answers 44. `around` sees each call before it is carried out. */
export function completeVerbs(
  { epochOfCall }: Pick<HostWorld, "epochOfCall">,
  some: SomeVerbs,
  around: (verb: string, params: object, correlationId: string | undefined) => Promise<void>,
): AgentVerbs {
  const known = some as Readonly<Record<string, Readonly<Record<string, AnyVerb | undefined>> | undefined>>;
  const all: Record<string, Record<string, AnyVerb>> = {};
  for (const name of verbNames) {
    const [namespace = "", verb = ""] = name.split(".", 2);
    all[namespace] ??= {};
    all[namespace][verb] = async (params, context) => {
      await around(name, params, context.correlationId);
      const work = known[namespace]?.[verb];
      if (work === undefined) throw new AgentFault("MethodNotImplemented", { verb: name });
      return epochOfCall.run(context.spmEpoch, () => work(params, context));
    };
  }
  return all as unknown as AgentVerbs;
}
