import type { Event as RestEvent } from "@yagura/rest-model";
import { NotFound, type Noun } from "../../domain/errors.ts";
import type { EventSubject } from "../../events/record.ts";
import { addEvent, type EventSubjects } from "../../operations/events/add-event.ts";
import { hideOneEvent, undeleteEvents } from "../../operations/events/hide-event.ts";
import { type BodyReference, required } from "../references.ts";
import { renderEvent } from "../representations/event.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";

const ORIGIN_CHARACTERS_MAX = 255;

/** Events of other programs, and events that are put away. */
export const eventChangeRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/events",
    async handle(request) {
      const body = request.read("event");
      const event = await addEvent(request.context, {
        severity: required(body.severity, "Event", "severity", "add"),
        description: required(body.description, "Event", "description", "add"),
        origin: required(body.origin, "Event", "origin", "add").slice(0, ORIGIN_CHARACTERS_MAX),
        customId: body.custom_id,
        customData: body.custom_data,
        ...(await readSubjects(request, body)),
      });
      return entity("event", renderEvent(event, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/events/:event",
    async handle(request) {
      await hideOneEvent(request.context, eventId(request));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/events/undelete",
    async handle(request) {
      await undeleteEvents(request.context);
      return completed();
    },
  },
];

/** Ids of events are integers. @throws NotFound */
function eventId(request: RestRequest): number {
  const text = param(request, "event");
  if (!/^\d{1,15}$/.test(text)) throw new NotFound("event", text.slice(0, 80));
  return Number(text);
}

/** What the event is about, by id; the caller must be able to see it. @throws NotFound */
async function readSubjects({ inventory }: RestRequest, body: RestEvent): Promise<EventSubjects> {
  return {
    vm: await find("vm", body.vm, (id) => inventory.vm(id)),
    host: await find("host", body.host, (id) => inventory.host(id)),
    cluster: await find("cluster", body.cluster, (id) => inventory.cluster(id)),
    dataCenter: await find("data center", body.data_center, (id) => inventory.dataCenter(id)),
    storageDomain: await find("storage domain", body.storage_domain, (id) => inventory.storageDomain(id)),
    template: await find("template", body.template, (id) => inventory.template(id)),
  };
}

async function find(
  noun: Noun,
  reference: BodyReference | undefined,
  read: (id: string) => Promise<EventSubject>,
): Promise<EventSubject | undefined> {
  if (reference === undefined) return undefined;
  if (reference.id === undefined) throw new NotFound(noun, (reference.name ?? "").slice(0, 80));
  const { id, name } = await read(reference.id);
  return { id, name };
}
