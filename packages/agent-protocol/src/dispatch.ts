import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentFault } from "./agent-fault.ts";
import type { CallContext } from "./call.ts";
import { type CallGate, GateFull } from "./call-gate.ts";
import { decode, Mismatch } from "./decode.ts";
import { decodeParams } from "./decode-params.ts";
import { verbSchemas } from "./generated/schema.ts";
import type { SomeVerbs } from "./generated/verbs.ts";
import type { RpcRequest } from "./json-rpc.ts";
import { mayCall } from "./peer.ts";
import type { VerbSchema } from "./schema.ts";

export interface Dispatch {
  readonly verbs: SomeVerbs;
  readonly isRecovering: () => boolean;
  readonly gate: CallGate;
  readonly checkResults: boolean;
  readonly log: Log;
}

type Verb = (params: object, context: CallContext) => Promise<unknown>;

/**
 * Carries one call out: recovery first, then the verb, the peer's right to it, the parameters, and a place among the
 * workers. @throws AgentFault, and nothing else: a mistake of ours is logged and becomes -32603.
 */
export async function dispatch({ method, params }: RpcRequest, context: CallContext, to: Dispatch): Promise<unknown> {
  // VDSM never answers before it knows all running VMs: a Manager would take the missing ones for down.
  if (to.isRecovering()) throw new AgentFault("RecoveryInProgress");
  const schema = Object.hasOwn(verbSchemas, method) ? verbSchemas[method] : undefined;
  const verb = findVerb(to.verbs, method);
  if (schema === undefined || verb === undefined)
    throw new AgentFault("JsonRpcMethodNotFound", { method: method.slice(0, 100) });
  if (!mayCall(context.peer.role, method)) throw new AgentFault("NotAllowed", { method, role: context.peer.role });
  const decoded = decodeParams(method, schema, params);
  try {
    const result = await to.gate.run(async () => verb(decoded, context));
    return to.checkResults ? checkResult(method, schema, result) : result;
  } catch (error) {
    throw toFault(method, error, to.log);
  }
}

function findVerb(verbs: SomeVerbs, method: string): Verb | undefined {
  const [namespace = "", name = ""] = method.split(".", 2);
  const inNamespace = Object.entries(verbs).find(([key]) => key === namespace)?.[1] as
    | Readonly<Record<string, Verb | undefined>>
    | undefined;
  const verb = inNamespace?.[name];
  return typeof verb === "function" ? verb.bind(inNamespace) : undefined;
}

/** Holds our own answer against the definition, so that a stand-in cannot drift from it. */
function checkResult(method: string, { result: schema }: VerbSchema, result: unknown): unknown {
  try {
    decode(schema, JSON.parse(JSON.stringify(result ?? null)), "tolerant");
    return result;
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw cause;
    throw new Error(`the result of ${method} does not fit its definition`, { cause });
  }
}

function toFault(method: string, error: unknown, log: Log): AgentFault {
  if (error instanceof AgentFault) return error;
  if (error instanceof GateFull) return new AgentFault("ResourceExhausted", error.message, { cause: error });
  log.error("a verb failed in a way it has no error for", { verb: method, error: describeError(error) });
  return new AgentFault("JsonRpcInternalError", describeError(error), { cause: error });
}
