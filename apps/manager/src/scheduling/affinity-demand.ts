import type { HostId } from "@yagura/std/ids.ts";

/** What one rule of an affinity group says of where a VM runs: only on these hosts, or on none of them. */
export interface AffinityDemand {
  readonly hosts: ReadonlySet<HostId>;
  readonly isPositive: boolean;
  readonly isEnforcing: boolean;
  readonly priority: number;
  /** "must run with the other VMs of affinity group web": why a host that breaks it does not do. */
  readonly because: string;
}
