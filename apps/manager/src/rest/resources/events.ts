import { type SqlBool, sql } from "kysely";
import { deleteEvent, findEvent, insertEvent, listEvents } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import { NotAllowed, NotFound } from "../../domain/errors.ts";
import type { AuditEvent } from "../../domain/event/event.ts";
import { systemObject } from "../../domain/user/user.ts";
import { eventCatalogue } from "../../events/catalogue.ts";
import { foundList } from "../found-list.ts";
import { required } from "../references.ts";
import { renderEvent } from "../representations/event.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";
import { eventSearch } from "../search/fields/events.ts";

/** Of a list without `max`; who wants more pages through it with `from`. */
const EVENTS_MAX = 1000;
const DESCRIPTION_CHARACTERS_MAX = 4000;

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
  {
    method: "POST",
    path: "/events",
    async handle(request) {
      await request.context.authorize("inject_external_events", systemObject);
      return entity("event", renderEvent(await addEvent(request), request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/events/:event",
    async handle(request) {
      await request.context.authorize("audit_log_management", systemObject);
      const { id } = await eventOf(request);
      await transaction(request.context.db, (tx) => deleteEvent(tx, id));
      return completed();
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

const externalKinds = {
  normal: eventCatalogue.externalNormal,
  warning: eventCatalogue.externalWarning,
  error: eventCatalogue.externalError,
  alert: eventCatalogue.externalAlert,
} as const;

/** An event of another program: its text is its own. */
async function addEvent({ context, read }: RestRequest): Promise<AuditEvent> {
  const body = read("event");
  const severity = required(body.severity, "Event", "severity", "add");
  const event = {
    code: externalKinds[severity].code,
    severity,
    description: required(body.description, "Event", "description", "add").slice(0, DESCRIPTION_CHARACTERS_MAX),
    origin: required(body.origin, "Event", "origin", "add").slice(0, 255),
    timeMs: context.clock.nowMs(),
    correlationId: context.correlationId,
    ...(context.actor.userId !== undefined && { userId: context.actor.userId, userName: context.actor.name }),
    ...(body.custom_id !== undefined && { customId: body.custom_id }),
  };
  const stored = {
    userId: undefined,
    userName: undefined,
    vmId: undefined,
    vmName: undefined,
    hostId: undefined,
    hostName: undefined,
    clusterId: undefined,
    clusterName: undefined,
    dataCenterId: undefined,
    dataCenterName: undefined,
    storageDomainId: undefined,
    storageDomainName: undefined,
    templateId: undefined,
    templateName: undefined,
    customId: undefined,
    ...event,
  };
  const id = await transaction(context.db, (tx) => insertEvent(tx, stored));
  return { id, ...event };
}
