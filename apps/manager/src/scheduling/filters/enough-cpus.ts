import type { HostFilter } from "../host-view.ts";

/** A guest with more virtual CPUs than the host has threads would wait for itself. */
export const enoughCpus: HostFilter = (vm, host) =>
  host.threads >= vm.cpuCount ? undefined : `has ${host.threads} CPU threads, the VM needs ${vm.cpuCount}`;
