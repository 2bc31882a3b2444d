import { deleteEvent, type EventFilter, findEvent, insertEvent, listEvents } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import { NotAllowed, NotFound } from "../../domain/errors.ts";
import type { AuditEvent, EventSeverity } from "../../domain/event/event.ts";
import { systemObject } from "../../domain/user/user.ts";
import { eventCatalogue } from "../../events/catalogue.ts";
import { required } from "../references.ts";
import { renderEvent } from "../representations/event.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { parseSearch, type Search } from "../search/parse-search.ts";
import { type SearchFields, selectItems } from "../search/select.ts";

/** Of a list without `max`; who wants more pages through it with `from`. */
const EVENTS_MAX = 1000;
/** Of a search that the database cannot do by itself, so many of the newest are looked through. */
const SEARCHED_MAX = 10_000;
const DESCRIPTION_CHARACTERS_MAX = 4000;

export const eventRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/events",
    async handle(request) {
      requireAdministrator(request);
      const found = await searchEvents(request);
      return list(
        "event",
        found.map((each) => renderEvent(each, request.links)),
      );
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

/** Newest first. `from` is the last event that the client has. */
async function searchEvents({ query, context }: RestRequest): Promise<AuditEvent[]> {
  const search = parseSearch(query.find("search") ?? "");
  const max = query.findInteger("max");
  const from = query.findInteger("from");
  const filter = { ...filterOf(search), ...(from !== undefined && { afterId: from }) };
  const isSimple = search.anyOf.length === 0 && search.page === undefined && search.sortBy === undefined;
  const countMax = isSimple ? Math.min(max ?? EVENTS_MAX, SEARCHED_MAX) : SEARCHED_MAX;
  const events = await listEvents(context.db, filter, countMax);
  return selectItems(events, searchFields, { search, max: max ?? EVENTS_MAX });
}

/** What the database can find by itself: lists of codes, as forklift and Ansible ask for, and single fields. */
function filterOf({ anyOf }: Search): EventFilter {
  const conditions = anyOf.flat();
  const areCodes = conditions.every(
    ({ field, operator, value }) => field === "type" && operator === "=" && /^\d+$/.test(value),
  );
  if (conditions.length > 0 && areCodes && anyOf.every((all) => all.length === 1)) {
    return { codes: conditions.map(({ value }) => Number(value)) };
  }
  const [only] = conditions;
  if (conditions.length === 1 && only?.operator === "=" && !only.value.includes("*")) {
    if (only.field === "correlation_id") return { correlationId: only.value };
    if (only.field === "severity" && isSeverity(only.value.toLowerCase())) {
      return { severity: only.value.toLowerCase() as EventSeverity };
    }
  }
  return {};
}

const severities: readonly string[] = ["normal", "warning", "error", "alert"];

function isSeverity(text: string): text is EventSeverity {
  return severities.includes(text);
}

const searchFields: SearchFields<AuditEvent> = {
  id: ({ id }) => id,
  type: ({ code }) => code,
  severity: ({ severity }) => severity,
  message: ({ description }) => description,
  time: ({ timeMs }) => new Date(timeMs),
  correlation_id: ({ correlationId }) => correlationId,
  origin: ({ origin }) => origin,
  custom_event_id: ({ customId }) => customId,
  usrname: ({ userName }) => userName,
  event_host: ({ hostName }) => hostName,
  "host.name": ({ hostName }) => hostName,
  "hosts.name": ({ hostName }) => hostName,
  event_vm: ({ vmName }) => vmName,
  "vm.name": ({ vmName }) => vmName,
  "vms.name": ({ vmName }) => vmName,
  event_template: ({ templateName }) => templateName,
  event_storage: ({ storageDomainName }) => storageDomainName,
  event_datacenter: ({ dataCenterName }) => dataCenterName,
};

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
