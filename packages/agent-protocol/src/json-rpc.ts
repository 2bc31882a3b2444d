import { AgentFault } from "./agent-fault.ts";
import { isJsonObject, type JsonValue } from "./json.ts";

export type RequestId = string | number | null;

/** One call as it came in; without `id` nobody waits for an answer. */
export interface RpcRequest {
  readonly id: RequestId | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** One element of a body: a call, or what is wrong with it. */
export type RpcEntry = { readonly request: RpcRequest } | { readonly fault: AgentFault; readonly id: RequestId };

const batchMax = 100;

/** Takes the body of a request apart: one call, or a list of them. Never throws: what is wrong becomes an entry. */
export function parseRequests(body: Uint8Array): readonly RpcEntry[] {
  const value = parseJson(body);
  if (value === undefined) return [{ fault: new AgentFault("JsonRpcParseError"), id: null }];
  if (!Array.isArray(value)) return [parseRequest(value)];
  if (value.length === 0) return [invalid("the batch is empty")];
  if (value.length > batchMax) return [invalid(`a batch has at most ${batchMax} calls`)];
  return value.map(parseRequest);
}

function parseRequest(value: unknown): RpcEntry {
  if (!isJsonObject(value)) return invalid("a call must be an object");
  const { id, method, params = {} } = value;
  if (!isRequestId(id)) return invalid("the id must be text or a number");
  const at = id ?? null;
  if (value["jsonrpc"] !== "2.0") return invalid("wrong protocol version", at);
  if (typeof method !== "string") return invalid("the method is missing", at);
  if (params !== null && typeof params !== "object") return invalid("the parameters must be an object or a list", at);
  // VDSM takes an id of null for none.
  return { request: { id: id ?? undefined, method, params: params ?? {} } };
}

function isRequestId(id: unknown): id is RequestId | undefined {
  return id === undefined || id === null || typeof id === "number" || (typeof id === "string" && id.length <= 200);
}

function invalid(problem: string, id: RequestId = null): RpcEntry {
  return { fault: new AgentFault("JsonRpcInvalidRequest", problem), id };
}

export type RpcResponse =
  | { readonly jsonrpc: "2.0"; readonly id: RequestId; readonly result: unknown }
  | {
      readonly jsonrpc: "2.0";
      readonly id: RequestId;
      readonly error: { readonly code: number; readonly message: string };
    };

/** A verb without result answers `true`. */
export function resultResponse(id: RequestId, result: unknown): RpcResponse {
  return { jsonrpc: "2.0", id, result: result === undefined || result === null ? true : result };
}

export function faultResponse(id: RequestId, { code, message }: AgentFault): RpcResponse {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** The body of an answer: one answer is an object, also to a batch of one; several are a list; none is `undefined`. */
export function formatResponses(responses: readonly RpcResponse[]): string | undefined {
  if (responses.length === 0) return undefined;
  return JSON.stringify(responses.length === 1 ? responses[0] : responses);
}

/** An answer as a client reads it. */
export interface ReceivedResponse {
  readonly id: RequestId;
  readonly outcome: { readonly result: JsonValue } | { readonly fault: AgentFault };
}

/** Takes the body of an answer apart; `undefined` if it is not one. */
export function parseResponses(body: Uint8Array): readonly ReceivedResponse[] | undefined {
  const value = parseJson(body);
  const responses = (Array.isArray(value) ? value : [value]).map(parseResponse);
  return responses.includes(undefined) ? undefined : responses.filter((response) => response !== undefined);
}

function parseResponse(value: unknown): ReceivedResponse | undefined {
  if (!isJsonObject(value) || !("id" in value) || !isRequestId(value["id"])) return undefined;
  const id = value["id"] ?? null;
  const { error, result } = value;
  if (isJsonObject(error)) {
    const code = typeof error["code"] === "number" ? error["code"] : -32603;
    const message = typeof error["message"] === "string" ? error["message"] : "no message";
    return { id, outcome: { fault: AgentFault.received(code, message) } };
  }
  return "result" in value ? { id, outcome: { result: result as JsonValue } } : undefined;
}

/** The JSON value of a body, or `undefined` if it is none. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    // JSON cannot say `undefined`, so it can stand for "not JSON".
    return undefined;
  }
}
