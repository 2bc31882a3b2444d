export { AgentFault, errorNameOf, type FaultFacts } from "./agent-fault.ts";
export type { CallContext, CallOptions } from "./call.ts";
export { type AgentClient, type ConnectAgentOptions, connectAgent } from "./client.ts";
export { type DetectedProtocol, detectBytesMax, detectProtocol } from "./detect-protocol.ts";
export { ConnectionEnded, NotConnected, OutcomeUnknown, UnexpectedAnswer } from "./errors.ts";
export type { AgentEventFeed, ReceivedEvent } from "./event-feed.ts";
export { eventTime } from "./event-text.ts";
export { type AgentErrorName, agentErrors } from "./generated/errors.ts";
export type { AgentEvent } from "./generated/events.ts";
export type { AgentSimulator, SimulatedCall, VerbParams } from "./generated/simulator.ts";
export * from "./generated/types.ts";
export * from "./generated/verbs.ts";
export type { JsonValue } from "./json.ts";
export { isSameParty, mayCall, type Peer } from "./peer.ts";
export {
  type AgentServer,
  type ServeAgentOptions,
  type ServerLimits,
  type ServerSession,
  serveAgent,
} from "./server.ts";
