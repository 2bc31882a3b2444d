import type { SsoRequest } from "./sso-request.ts";

/** Whether a form was sent from a page of ours: browsers say with each POST where from. */
export function isFromOurPage({ headers, origin }: Pick<SsoRequest, "headers" | "origin">): boolean {
  if (headers["sec-fetch-site"] === "cross-site" || headers["sec-fetch-site"] === "same-site") return false;
  return headers.origin === undefined || headers.origin === origin;
}
