import type { HostFilter } from "../host-view.ts";

export const chosenHost: HostFilter = (vm, host) =>
  vm.onlyHosts === undefined || vm.onlyHosts.includes(host.id) ? undefined : "is not the host that was asked for";
