import type { OpContext } from "../../context.ts";
import { hasCustomEvent, insertEvent } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { AuditEvent, EventSeverity } from "../../domain/event/event.ts";
import { type ObjectRef, systemObject } from "../../domain/user/user.ts";
import { eventCatalogue } from "../../events/catalogue.ts";
import { type EventSubject, ownOrigin } from "../../events/record.ts";

const attempt = "Cannot add External Event.";
const DESCRIPTION_CHARACTERS_MAX = 4000;
const CUSTOM_DATA_CHARACTERS_MAX = 64 * 1024;

const kinds = {
  normal: eventCatalogue.externalNormal,
  warning: eventCatalogue.externalWarning,
  error: eventCatalogue.externalError,
  alert: eventCatalogue.externalAlert,
} as const;

/** What an event of another program can be about. */
export interface EventSubjects {
  readonly vm?: EventSubject | undefined;
  readonly host?: EventSubject | undefined;
  readonly cluster?: EventSubject | undefined;
  readonly dataCenter?: EventSubject | undefined;
  readonly storageDomain?: EventSubject | undefined;
  readonly template?: EventSubject | undefined;
}

export interface NewExternalEvent extends EventSubjects {
  readonly severity: EventSeverity;
  readonly description: string;
  /** Which program tells it. */
  readonly origin: string;
  /** Its number of the event: it tells none twice. */
  readonly customId?: number | undefined;
  readonly customData?: string | undefined;
}

/** An event of another program: its text is its own. @throws OperationRefused, NotAllowed */
export async function addEvent(context: OpContext, asked: NewExternalEvent): Promise<AuditEvent> {
  for (const object of objectsOf(asked)) await context.authorize("inject_external_events", object);
  refuseIf(attempt, problemsOf(asked), "invalid");
  const { actor, clock, correlationId } = context;
  const { vm, host, cluster, dataCenter, storageDomain, template } = asked;
  const event = {
    code: kinds[asked.severity].code,
    severity: asked.severity,
    description: asked.description.slice(0, DESCRIPTION_CHARACTERS_MAX),
    origin: asked.origin,
    timeMs: clock.nowMs(),
    correlationId,
    userId: actor.userId,
    userName: actor.userId && actor.name,
    vmId: vm?.id,
    vmName: vm?.name,
    hostId: host?.id,
    hostName: host?.name,
    clusterId: cluster?.id,
    clusterName: cluster?.name,
    dataCenterId: dataCenter?.id,
    dataCenterName: dataCenter?.name,
    storageDomainId: storageDomain?.id,
    storageDomainName: storageDomain?.name,
    templateId: template?.id,
    templateName: template?.name,
    customId: asked.customId,
    customData: asked.customData,
  };
  const id = await transaction(context.db, async (tx) => {
    const { origin, customId } = asked;
    const isKnown = customId !== undefined && (await hasCustomEvent(tx, origin, customId));
    refuseIf(attempt, isKnown ? ["External Event with this custom id already exists."] : []);
    return insertEvent(tx, event);
  });
  const known = Object.entries(event).filter(([, value]) => value !== undefined);
  return { id, ...(Object.fromEntries(known) as Omit<AuditEvent, "id">) };
}

/** Whoever tells of something may do so there; of nothing in particular, everywhere. */
function objectsOf({ vm, host, cluster, dataCenter, storageDomain, template }: EventSubjects): ObjectRef[] {
  const subjects = Object.entries({
    vm,
    host,
    cluster,
    data_center: dataCenter,
    storage_domain: storageDomain,
    template,
  } as const);
  const objects = subjects.flatMap(([type, subject]) => (subject === undefined ? [] : [{ type, id: subject.id }]));
  return objects.length === 0 ? [systemObject] : (objects as ObjectRef[]);
}

/** An event that claims to be the Manager's own would be believed. */
function problemsOf({ origin, customData = "" }: NewExternalEvent): string[] {
  const isOurs = ["ovirt", ownOrigin].includes(origin.trim().toLowerCase());
  return [
    ...(isOurs ? [`Illegal Origin for External Event : ${origin}`] : []),
    ...(customData.length > CUSTOM_DATA_CHARACTERS_MAX ? ["Its custom data are longer than 64 KiB."] : []),
  ];
}
