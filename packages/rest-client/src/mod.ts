export type * from "@yagura/rest-model";
export {
  apiRoot,
  BadDocument,
  codecOf,
  identifiedTypes,
  isRestType,
  readJson,
  readXml,
  searchableAtTheRoot,
  services,
  writeJson,
} from "@yagura/rest-model";
export { type Authority, fetchAuthority, isSameFingerprint, readAuthority } from "./authority.ts";
export { type ConnectOptions, connectManager, ManagerClient } from "./connect.ts";
export { CannotLogIn, CannotReachManager, isNotFound, RestFault, StrangeAnswer } from "./errors.ts";
export type { FollowEventsOptions } from "./events.ts";
export type { HttpAnswer } from "./http.ts";
export { JobFailed, type WaitForJobsOptions } from "./jobs.ts";
export { BadManagerUrl, managerOrigin } from "./manager-url.ts";
export { type QueryParameters, type RawRequest, type RequestOptions, readFault, type Wire } from "./wire.ts";
