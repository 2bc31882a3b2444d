import { AgentFault } from "./agent-fault.ts";
import { decode, Mismatch } from "./decode.ts";
import type { VerbSchema } from "./schema.ts";

/**
 * The parameters of a call as the definition says: named, or by position. Unknown names are dropped, as VDSM does, so
 * that newer clients are understood.
 * @throws AgentFault -32602 naming the parameter that is missing or wrong.
 */
export function decodeParams(verbName: string, { params }: VerbSchema, given: unknown): object {
  try {
    return decode(
      params,
      Array.isArray(given) ? nameByPosition(params.fields.keys(), given) : given,
      "exact",
    ) as object;
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw cause;
    throw new AgentFault("JsonRpcInvalidParams", `${verbName}: ${cause.message}`, { cause });
  }
}

function nameByPosition(names: Iterable<string>, values: readonly unknown[]): Record<string, unknown> {
  const known = [...names];
  if (values.length > known.length) {
    throw new Mismatch(`has ${values.length} positional parameters, at most ${known.length} are known`);
  }
  return Object.fromEntries(values.map((value, index) => [known[index], value]));
}
