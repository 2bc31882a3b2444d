import type { AgentFault, SimulatedCall, VerbName } from "@yagura/agent-protocol";

const callsMax = 10_000;

/** A call that came, and the text by which the caller finds it in several logs. */
export type RecordedCall = SimulatedCall & { readonly correlationId?: string };

/** What the next calls of a simulated host run into, and what was called. */
export class Faults {
  readonly calls: RecordedCall[] = [];
  readonly #planned = new Map<VerbName, AgentFault[]>();
  #held: { readonly promise: Promise<void>; readonly release: () => void } | undefined;

  failNext(verb: VerbName, fault: AgentFault, times = 1): void {
    const planned = this.#planned.get(verb) ?? [];
    planned.push(...Array.from({ length: times }, () => fault));
    this.#planned.set(verb, planned);
  }

  /** Calls wait from now on. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held ??= { promise, release: resolve };
  }

  release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** Before a call is carried out. @throws the fault that was planned for it. */
  async before(verb: VerbName, params: object, correlationId?: string): Promise<void> {
    if (this.calls.length >= callsMax) this.calls.shift();
    this.calls.push({ verb, params, ...(correlationId !== undefined && { correlationId }) } as RecordedCall);
    await this.#held?.promise;
    const fault = this.#planned.get(verb)?.shift();
    if (fault !== undefined) throw fault;
  }
}
