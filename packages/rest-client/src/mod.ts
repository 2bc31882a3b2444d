export type * from "@yagura/rest-model";
export { type Authority, fetchAuthority, isSameFingerprint, readAuthority } from "./authority.ts";
export { type ConnectOptions, connectManager, ManagerClient } from "./connect.ts";
export { CannotLogIn, CannotReachManager, isNotFound, RestFault, StrangeAnswer } from "./errors.ts";
export type { FollowEventsOptions } from "./events.ts";
export { JobFailed, type WaitForJobsOptions } from "./jobs.ts";
export { BadManagerUrl, managerOrigin } from "./manager-url.ts";
export type { QueryParameters, RequestOptions } from "./wire.ts";
