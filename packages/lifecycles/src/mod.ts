/** What can happen to what, as tables: asked by the Manager before it acts, by the console for its buttons, by simulators. */
export * from "./data-center.ts";
export * from "./disk.ts";
export * from "./host.ts";
export * from "./job.ts";
export * from "./lifecycle.ts";
export * from "./storage-domain.ts";
export * from "./template.ts";
export * from "./vm.ts";
