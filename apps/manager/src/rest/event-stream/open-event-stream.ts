import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { writeJson } from "@yagura/rest-model";
import { Authorizer } from "../../auth/authz/authorizer.ts";
import { isAdministrator } from "../../auth/authz/policy.ts";
import { userView } from "../../auth/authz/user-view.ts";
import type { Services } from "../../context.ts";
import { NotAllowed } from "../../domain/errors.ts";
import { type AuthenticationParts, authenticateAgain, type Identity } from "../authenticate.ts";
import { BadParameter, Parameters } from "../edge/parameters.ts";
import type { Target } from "../edge/target.ts";
import type { Links } from "../links.ts";
import { renderEvent } from "../representations/event.ts";
import { parseSearch } from "../search/parse-search.ts";
import type { EventStreams } from "./event-streams.ts";

/** A request for events as they happen, whose sender is known. */
export interface EventStreamCall {
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  readonly identity: Identity;
  readonly links: Links;
}

/**
 * Events from `Last-Event-ID`, else from `from`, else from now on, in the order of their ids; those that `search` finds, if
 * it is given. They end when the session does, or the right to see them.
 * @throws NotAllowed, BadSearch, BadParameter, TooManyStreams
 */
export async function openEventStream(
  streams: EventStreams,
  { target, headers, identity, links }: EventStreamCall,
  parts: AuthenticationParts & { readonly services: Services },
): Promise<Readable> {
  const query = new Parameters(target, headers);
  const grantsOf = ({ grants }: Identity) => (query.findBoolean("filter") === true ? userView(grants) : grants);
  const grants = grantsOf(identity);
  if (!isAdministrator(grants)) throw new NotAllowed("audit_log_management", "see events");
  const { sight } = new Authorizer(parts.services.db, grants);
  return streams.open({
    afterId: lastEventIdOf(headers) ?? query.findInteger("from"),
    search: parseSearch(query.find("search") ?? ""),
    isCaseSensitive: query.findBoolean("case_sensitive") ?? false,
    viewer: { sight, isAdministrator: true, userId: identity.user.id },
    render: (event) => JSON.stringify(JSON.parse(writeJson("event", renderEvent(event, links)))),
    async mayGoOn() {
      const now = await authenticateAgain(identity, parts);
      return now !== undefined && isAdministrator(grantsOf(now));
    },
  });
}

/** What a browser that lost its connection sends. @throws BadParameter */
function lastEventIdOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["last-event-id"];
  if (text === undefined || text === "") return undefined;
  if (typeof text !== "string" || !/^\d{1,15}$/.test(text)) {
    throw new BadParameter("Last-Event-ID must be the id of an event: an integer");
  }
  return Number(text);
}
