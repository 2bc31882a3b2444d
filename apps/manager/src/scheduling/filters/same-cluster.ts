import type { HostFilter } from "../host-view.ts";

export const sameCluster: HostFilter = (vm, host) =>
  host.clusterId === vm.clusterId ? undefined : "belongs to another cluster";
