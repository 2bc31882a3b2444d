import { paramsName } from "./fields.ts";
import type { AgentSpec } from "./read-spec.ts";

/** `simulator.ts`: what a stand-in for a host agent must be able to do; the compiler counts the verbs. */
export function emitSimulator(spec: AgentSpec): string {
  const params = spec.namespaces.flatMap(({ namespace, verbs }) =>
    Object.keys(verbs).map((verb) => `  "${namespace}.${verb}": v.${paramsName(namespace, verb)};\n`),
  );
  return `import type { AgentFault } from "../agent-fault.ts";
import type * as v from "./verbs.ts";

/** The parameters of every verb, by its full name. */
export interface VerbParams {
${params.join("")}}

/** One call that a simulator received. */
export type SimulatedCall = { [N in v.VerbName]: { readonly verb: N; readonly params: VerbParams[N] } }[v.VerbName];

/** A stand-in for a host agent: every verb, and the means to make it misbehave. */
export interface AgentSimulator {
  readonly verbs: v.AgentVerbs;
  /** Every call so far, oldest first; bounded. */
  readonly calls: readonly SimulatedCall[];
  /** The next \`times\` calls of a verb fail with this error. */
  failNext(verb: v.VerbName, fault: AgentFault, times?: number): void;
  /** Stops answering, without closing anything; until \`speak\`. */
  silence(): void;
  speak(): void;
}
`;
}
