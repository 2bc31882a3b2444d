/** A host that is none: the real protocol of port 54321 over real TLS, with invented guests and storage. */
export { CannotEnrol, type EnrolOptions, enrolSimulatedHost } from "./enrol-simulated-host.ts";
export { type SimulatedHost, type SimulatedHostOptions, startSimulatedHost } from "./simulated-host.ts";
export type { HostCredentials } from "./wire/listen.ts";
export type { HostHardware, HostWorld } from "./world/host-world.ts";
export { type SimulatedDomain, type SimulatedPool, SimulatedStorage, type SimulatedVolume } from "./world/storage.ts";
export type { Times } from "./world/times.ts";
export type { SimulatedVm } from "./world/vm.ts";
export type { VmExit } from "./world/vm-life.ts";
