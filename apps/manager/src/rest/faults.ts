import { IllegalTransition } from "@yagura/lifecycles";
import { BadDocument } from "@yagura/rest-model";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { TooManyRequests } from "../auth/authn/caller-limiter.ts";
import { TooManyLogins } from "../auth/authn/password-checker.ts";
import { TooManySessions } from "../auth/authn/sessions.ts";
import { NotAllowed, NotFound, OperationRefused, type RefusalKind } from "../domain/errors.ts";
import { HostUnreachable } from "../hosts/hosts.ts";
import { BadParameter } from "./edge/parameters.ts";
import { BadTarget } from "./edge/target.ts";
import { TooManyStreams } from "./event-stream/event-streams.ts";
import {
  BodyTooLarge,
  BodyTooSlow,
  CrossSiteRequest,
  ManagerStopping,
  MethodNotServed,
  MissingLength,
  MissingMember,
  NoSuchPath,
  NotAcceptable,
  NotAuthenticated,
  NotOverPlainHttp,
  NotServed,
  PartOfImage,
  UnknownBodyFormat,
  WorkFailed,
} from "./refusals.ts";
import { BadSearch } from "./search/bad-search.ts";

/** What the client is told: the status of HTTP and v4's `<fault>`. */
export interface Fault {
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Our own mistake: logged with the whole chain, of which the client sees nothing. */
  readonly isOurMistake?: true;
}

/** Which answers say that all went well. */
export const successStatus = { done: 200, created: 201, accepted: 202 } as const;

const failed = "Operation Failed";

const refusalStatus: Readonly<Record<RefusalKind, number>> = { invalid: 400, conflict: 409, unsupported: 400 };

/** What an error means to whoever sends an image: in words only, and an unknown transfer is a closed door (imageio). */
export function imageFaultOf(error: unknown): Fault {
  if (error instanceof NotFound) return { status: 403, reason: "Forbidden", detail: "there is no such transfer" };
  if (error instanceof MissingLength) return { status: 411, reason: "Length Required", detail: error.message };
  if (error instanceof PartOfImage) return { status: 416, reason: "Range Not Satisfiable", detail: error.message };
  return faultOf(error);
}

/**
 * What an error means to a client. The only place that knows status codes; they follow oVirt's ErrorType
 * (backend/manager/modules/restapi ErrorMessageHelper) where it has the case.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof OperationRefused) {
    return { status: refusalStatus[error.kind], reason: failed, detail: `[${error.message}]` };
  }
  if (error instanceof HostUnreachable) return { status: 409, reason: failed, detail: `[${error.message}]` };
  // Somebody else changed its state between our look and our deed.
  if (error instanceof IllegalTransition) return { status: 409, reason: failed, detail: `[${error.message}]` };
  if (error instanceof NotFound) return { status: 404, reason: failed, detail: `Entity not found: ${error.message}` };
  if (error instanceof NoSuchPath) return { status: 404, reason: "Not Found", detail: error.message };
  if (error instanceof NotAllowed) {
    return {
      status: 403,
      reason: failed,
      detail: `query execution failed due to insufficient permissions: ${error.message}`,
    };
  }
  if (error instanceof NotOverPlainHttp) return { status: 403, reason: "Forbidden", detail: error.message };
  // oVirt says 400 to whatever went wrong while it was done.
  if (error instanceof WorkFailed) return { status: 400, reason: failed, detail: `[${error.message}]` };
  if (error instanceof CrossSiteRequest) return { status: 403, reason: "Forbidden", detail: error.message };
  if (error instanceof TooManyRequests) {
    return { status: 429, reason: "Too Many Requests", detail: error.message, headers: { "Retry-After": "1" } };
  }
  if (error instanceof NotAuthenticated) {
    const headers = { "WWW-Authenticate": 'Basic realm="RESTAPI", charset="UTF-8"' };
    return { status: 401, reason: "Unauthorized", detail: error.message, headers };
  }
  if (error instanceof MissingMember) return { status: 400, reason: "Incomplete parameters", detail: error.message };
  if (error instanceof BadDocument) return { status: 400, reason: "Invalid value", detail: describeError(error) };
  if (error instanceof BadSearch) return { status: 400, reason: failed, detail: `Invalid search: ${error.message}` };
  if (error instanceof BadParameter || error instanceof BadTarget) {
    return { status: 400, reason: "Invalid parameter", detail: error.message };
  }
  if (error instanceof MethodNotServed) {
    const headers = { Allow: error.allowed.join(", ") };
    return { status: 405, reason: "Method Not Allowed", detail: error.message, headers };
  }
  if (error instanceof NotServed) return { status: 501, reason: "Not Implemented", detail: error.message };
  if (error instanceof NotAcceptable) return { status: 406, reason: "Not Acceptable", detail: error.message };
  if (error instanceof UnknownBodyFormat)
    return { status: 415, reason: "Unsupported Media Type", detail: error.message };
  if (error instanceof BodyTooLarge) return { status: 413, reason: "Request Too Large", detail: error.message };
  if (error instanceof BodyTooSlow) return { status: 408, reason: "Request Timeout", detail: error.message };
  if (isTooMuch(error) || error instanceof ManagerStopping) {
    return { status: 503, reason: "Service Unavailable", detail: error.message, headers: { "Retry-After": "5" } };
  }
  if (error instanceof DeadlineExceeded) {
    // What became of it is unknown, so it is not said to have failed.
    return { status: 504, reason: "Timeout", detail: `${error.message}; whether it was done is not known` };
  }
  return { status: 500, reason: failed, detail: "An internal error happened in the Manager.", isOurMistake: true };
}

function isTooMuch(error: unknown): error is Error {
  return error instanceof TooManyLogins || error instanceof TooManySessions || error instanceof TooManyStreams;
}
