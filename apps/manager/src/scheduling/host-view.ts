import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { AffinityDemand } from "./affinity-demand.ts";

/** What a VM needs of a host. */
export interface VmDemand {
  readonly clusterId: ClusterId;
  readonly memoryBytes: number;
  readonly cpuCount: number;
  /** Names of the networks that its NICs are on. */
  readonly networks: readonly string[];
  /** Only one of these hosts will do; absent: any. */
  readonly onlyHosts?: readonly HostId[];
  /** What its affinity groups say. */
  readonly affinity?: readonly AffinityDemand[];
}

/** What is known of a host when a VM looks for a place. */
export interface HostView {
  readonly id: HostId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly isUp: boolean;
  readonly threads: number;
  readonly freeMemoryBytes: number;
  /** Promised to VMs that were started a moment ago and do not show in its statistics yet. */
  readonly pendingMemoryBytes: number;
  readonly networks: readonly string[];
  readonly runningVms: number;
}

/** Says why a host cannot run a VM, or nothing if it can. Pure: sees only what it is given. */
export type HostFilter = (vm: VmDemand, host: HostView) => string | undefined;
