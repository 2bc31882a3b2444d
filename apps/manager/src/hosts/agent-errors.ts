import {
  type AgentErrorName,
  AgentFault,
  agentErrors,
  ConnectionEnded,
  NotConnected,
  OutcomeUnknown,
} from "@yagura/agent-protocol";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";

/** The agent said no, by one of these names of its catalogue. Codes overlap there, so codes are compared. */
export function isFault(error: unknown, ...names: readonly AgentErrorName[]): boolean {
  return error instanceof AgentFault && names.some((name) => agentErrors[name].code === error.code);
}

/** An agent that started again is connected to its pool, and made its manager, by the Manager's own looking after. */
const passing = [
  "RecoveryInProgress",
  "ResourceExhausted",
  "StoragePoolUnknown",
  "StoragePoolNotConnected",
  "NotSPM",
] as const satisfies readonly AgentErrorName[];

/**
 * Whether the same call may succeed later without anybody doing anything: the host is silent, still starting, or busy.
 * A timeout is among them: it says nothing about what became of the work. The chain of causes counts too.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NotConnected || error instanceof ConnectionEnded || error instanceof OutcomeUnknown) return true;
  if (error instanceof DeadlineExceeded || ("retryable" in error && error.retryable === true)) return true;
  if (isFault(error, ...passing)) return true;
  return isTransient(error.cause);
}
