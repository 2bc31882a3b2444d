import {
  BadManagerUrl,
  CannotLogIn,
  CannotReachManager,
  JobFailed,
  RestFault,
  StrangeAnswer,
} from "@yagura/rest-client";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { findKnownAnswer } from "./known-answers.ts";

/** What the command ends with; documented in docs/cli.md. */
export const exitCodes = { ok: 0, refused: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** What a person is told when a command does not succeed, in three lines. */
export interface Problem {
  readonly attempted: string;
  readonly why: string;
  readonly todo: string;
  readonly exitCode: number;
}

/** A problem that the command line found itself, with its own advice. */
export class CliProblem extends Error {
  override readonly name = "CliProblem";
  readonly todo: string;
  readonly exitCode: number;

  constructor(why: string, { todo, exitCode }: { readonly todo: string; readonly exitCode: number }, cause?: unknown) {
    super(why, cause === undefined ? {} : { cause });
    this.todo = todo;
    this.exitCode = exitCode;
  }
}

/** The arguments or options cannot be used. */
export function usageProblem(why: string, todo: string): CliProblem {
  return new CliProblem(why, { todo, exitCode: exitCodes.usage });
}

/** The Manager has no such thing, or it is not in a state for this. */
export function refusal(why: string, todo: string): CliProblem {
  return new CliProblem(why, { todo, exitCode: exitCodes.refused });
}

/** Something went wrong while doing `attempted` ("start VM demo"). */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
  readonly attempted: string;

  constructor(attempted: string, cause: unknown) {
    super(`cannot ${attempted}`, { cause });
    this.attempted = attempted;
  }
}

/** The one place that knows which error means which exit code and which advice. */
export function explain(error: unknown): Problem {
  const attempted = error instanceof AttemptFailed ? error.attempted : "run the command";
  const cause = error instanceof AttemptFailed ? error.cause : error;
  return { attempted, ...reasonOf(cause) };
}

function reasonOf(cause: unknown): Omit<Problem, "attempted"> {
  const { refused, usage, unreachable } = exitCodes;
  const why = describeError(cause);
  if (cause instanceof CliProblem) return { why, todo: cause.todo, exitCode: cause.exitCode };
  if (cause instanceof RestFault) return faultReason(cause);
  if (cause instanceof JobFailed) {
    return { why, todo: findKnownAnswer(why) ?? "See what happened: yagura event list", exitCode: refused };
  }
  if (cause instanceof DeadlineExceeded) {
    return { why: `${why}; it may still happen`, todo: "See how far it is: yagura job list", exitCode: refused };
  }
  if (cause instanceof CannotLogIn) return { why, todo: "Log in again: yagura login URL", exitCode: unreachable };
  if (cause instanceof CannotReachManager) {
    return { why, todo: unreachableAdvice(why), exitCode: unreachable };
  }
  if (cause instanceof StrangeAnswer) {
    return { why, todo: "Check that the address is that of a Manager: yagura login URL", exitCode: unreachable };
  }
  if (cause instanceof BadManagerUrl) {
    return { why, todo: "Give the address as in https://manager.example.com", exitCode: usage };
  }
  return {
    why,
    todo: "This is a fault of yagura itself; please report it with the command you gave",
    exitCode: refused,
  };
}

function faultReason(fault: RestFault): Omit<Problem, "attempted"> {
  const said = fault.detail || fault.reason || `HTTP ${fault.status}`;
  const exitCode = exitCodes.refused;
  const known = findKnownAnswer(said);
  if (known !== undefined) return { why: `the Manager says: ${said}`, todo: known, exitCode };
  switch (fault.status) {
    case 403:
      return {
        why: `the Manager does not permit it: ${said}`,
        todo: "Ask an administrator for the permission",
        exitCode,
      };
    case 404:
      return { why: "the Manager knows no such thing, or you may not see it", todo: "Check the name or id", exitCode };
    case 409:
      return {
        why: `the Manager says: ${said}`,
        todo: "See how it is now (show, list; job list), then try again",
        exitCode,
      };
    case 501:
      return {
        why: `this Manager does not do that: ${said}`,
        todo: "Update the Manager, or do it another way",
        exitCode,
      };
    default:
      if (fault.status < 500)
        return { why: `the Manager says: ${said}`, todo: "Change what it names, and try again", exitCode };
      return { why: `the Manager failed: ${said}`, todo: "See its log, or try again later", exitCode };
  }
}

function unreachableAdvice(why: string): string {
  if (/certificate|self.signed|issuer/i.test(why)) {
    return "Say whom to trust: yagura login URL --ca FILE, or YAGURA_CA=FILE";
  }
  return "Check the address, and that the Manager runs";
}

/** Three lines: what was attempted, why not, what to do. */
export function formatProblem({ attempted, why, todo }: Problem): string {
  return `Cannot ${oneLine(attempted)}.\nWhy: ${oneLine(why)}\nDo:  ${oneLine(todo)}\n`;
}
