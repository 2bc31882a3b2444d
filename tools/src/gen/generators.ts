import type { Generator } from "./generated-file.ts";

/** Every generator by name; each is loaded only when it runs. */
export const generators: Readonly<Record<string, () => Promise<Generator>>> = {
  "agent-api": async () => (await import("./agent-api/generate.ts")).generateAgentApi,
  libvirt: async () => (await import("./libvirt/generate.ts")).generateLibvirt,
  "rest-model": async () => (await import("./rest-model/generate.ts")).generateRestModel,
};
