import type { HostFilter } from "../host-view.ts";
import { brokenBy } from "../weigh-affinity.ts";

/** Rules of affinity that must be kept. Those that are wishes are weighed when a host is chosen among those that fit. */
export const affinity: HostFilter = (vm, host) => {
  const broken = (vm.affinity ?? []).filter((group) => group.isEnforcing && brokenBy(group, host));
  return broken.length === 0 ? undefined : broken.map(({ because }) => because).join(", ");
};
