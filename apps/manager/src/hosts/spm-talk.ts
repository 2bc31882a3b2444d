import type { AgentCalls, CallOptions } from "@yagura/agent-protocol";
import type { HostId } from "@yagura/std/ids.ts";
import { isFault } from "./agent-errors.ts";
import type { HostTalk } from "./host-talk.ts";

/** The storage pool manager to talk to. Each of its calls carries the epoch. */
export interface SpmTalk extends HostTalk {
  readonly hostId: HostId;
  /** The version of its lease; `undefined` when it became SPM a moment ago and has not been asked. */
  readonly epoch: number | undefined;
}

interface SpmTerm {
  readonly hostId: HostId;
  readonly epoch: number | undefined;
  /** It says that it is not SPM, or not of this epoch: somebody should look who is. */
  readonly onNotSpm: () => void;
}

export function spmTalk({ calls, ...talk }: HostTalk, { hostId, epoch, onNotSpm }: SpmTerm): SpmTalk {
  return { ...talk, hostId, epoch, calls: callsOfTerm(calls, epoch, onNotSpm) };
}

type AnyCall = (params?: object, options?: CallOptions) => Promise<unknown>;

function callsOfTerm(calls: AgentCalls, spmEpoch: number | undefined, onNotSpm: () => void): AgentCalls {
  const known = calls as unknown as Readonly<Record<string, Readonly<Record<string, AnyCall>>>>;
  const bound: Record<string, Record<string, AnyCall>> = {};
  for (const [namespace, verbs] of Object.entries(known)) {
    const ofNamespace: Record<string, AnyCall> = {};
    for (const [verb, call] of Object.entries(verbs)) {
      ofNamespace[verb] = async (params, options) => {
        try {
          return await call(params, { ...options, ...(spmEpoch !== undefined && { spmEpoch }) });
        } catch (error) {
          if (isFault(error, "NotSPM")) onNotSpm();
          throw error;
        }
      };
    }
    bound[namespace] = ofNamespace;
  }
  return bound as unknown as AgentCalls;
}
