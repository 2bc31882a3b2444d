import { AgentFault, type SomeVerbs } from "@yagura/agent-protocol";
import { describeError } from "@yagura/std/describe-error.ts";
import { NotAnId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../errors.ts";

/** What the Manager is told of an error: vdsm's number and the chain of causes. The only place that translates. */
export function faultOf(error: unknown): AgentFault {
  if (error instanceof AgentFault) return error;
  if (error instanceof AgentError) return AgentFault.received(error.code, describeError(error));
  if (error instanceof NotAnId) return AgentFault.received(1000, error.message);
  // A mistake of ours: the details are for the log, not for the peer.
  return new AgentFault("GeneralException", "internal error, see the log of the host agent");
}

/** The same verbs, whose errors are faults; what nobody expected goes to the log with all its causes. */
export function withFaults(verbs: SomeVerbs, log: Log): SomeVerbs {
  const wrapped = Object.entries(verbs).map(([namespace, members]) => [
    namespace,
    Object.fromEntries(
      Object.entries(members as Readonly<Record<string, AnyVerb>>).map(([name, verb]) => [
        name,
        async (params: unknown, context: unknown) => {
          try {
            return await verb(params, context);
          } catch (error) {
            const fault = faultOf(error);
            const isExpected = error instanceof AgentFault || error instanceof AgentError || error instanceof NotAnId;
            const fields = { verb: `${namespace}.${name}`, code: fault.code, error: describeError(error) };
            // The server logs every refusal; only what nobody expected needs more than that.
            if (!isExpected)
              log.error("a verb failed unexpectedly", { ...fields, stack: error instanceof Error ? error.stack : "" });
            throw fault;
          }
        },
      ]),
    ),
  ]);
  // Same names, same functions, only their errors differ.
  return Object.fromEntries(wrapped) as SomeVerbs;
}

type AnyVerb = (params: unknown, context: unknown) => Promise<unknown>;
