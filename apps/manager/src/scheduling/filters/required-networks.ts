import type { HostFilter } from "../host-view.ts";

export const requiredNetworks: HostFilter = (vm, host) => {
  const missing = vm.networks.filter((network) => !host.networks.includes(network));
  return missing.length === 0 ? undefined : `lacks the networks ${missing.join(", ")}`;
};
