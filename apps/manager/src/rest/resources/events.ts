import { type SqlBool, sql } from "kysely";
import { findEvent, listEvents } from "../../db/queries/events.ts";
import { NotAllowed, NotFound } from "../../domain/errors.ts";
import type { AuditEvent } from "../../domain/event/event.ts";
import { foundList } from "../found-list.ts";
import { renderEvent } from "../representations/event.ts";
import { entity, param, type RestRequest, type Route } from "../route.ts";
import { eventSearch } from "../search/fields/events.ts";

/** Of a list without `max`; who wants more pages through it with `from`. */
const EVENTS_MAX = 1000;

export const eventRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/events",
    async handle(request) {
      requireAdministrator(request);
      const { context, query, links } = request;
      // The last event that the client has.
      const from = query.findInteger("from");
      const among = from === undefined ? undefined : sql<SqlBool>`events.id > ${from}`;
      const read = async (ids: readonly string[]) =>
        (await listEvents(context.db, { ids: ids.map(Number) }, ids.length)).map((each) => renderEvent(each, links));
      return foundList(request, "event", eventSearch, read, { among, maxDefault: EVENTS_MAX });
    },
  },
  {
    method: "GET",
    path: "/events/:event",
    async handle(request) {
      requireAdministrator(request);
      return entity("event", renderEvent(await eventOf(request), request.links));
    },
  },
];

/** Events tell of everything: they are for those who administer something. */
function requireAdministrator({ context }: RestRequest): void {
  if (!context.actor.isAdministrator) throw new NotAllowed("audit_log_management", "see events");
}

/** @throws NotFound */
async function eventOf(request: RestRequest): Promise<AuditEvent> {
  const text = param(request, "event");
  const event = /^\d{1,15}$/.test(text) ? await findEvent(request.context.db, Number(text)) : undefined;
  if (event === undefined) throw new NotFound("event", text.slice(0, 80));
  return event;
}
