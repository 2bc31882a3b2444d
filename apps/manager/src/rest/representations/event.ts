import type { Event as RestEvent } from "@yagura/rest-model";
import type { AuditEvent } from "../../domain/event/event.ts";
import type { Links } from "../links.ts";

/** Ids of events are integers, as text; `index` is the same as a number. */
export function renderEvent(event: AuditEvent, links: Links): RestEvent {
  const named = (path: string, id: string | undefined, name: string | undefined) =>
    id === undefined ? undefined : { ...links.ref(path, id), ...(name !== undefined && { name }) };
  return {
    ...links.of("event", "events", String(event.id)),
    index: event.id,
    code: event.code,
    severity: event.severity,
    description: event.description,
    time: new Date(event.timeMs),
    ...(event.correlationId !== undefined && { correlation_id: event.correlationId }),
    origin: event.origin,
    custom_id: event.customId ?? -1,
    ...(event.customData !== undefined && { custom_data: event.customData }),
    flood_rate: 30,
    log_on_host: false,
    cluster: named("clusters", event.clusterId, event.clusterName),
    data_center: named("datacenters", event.dataCenterId, event.dataCenterName),
    host: named("hosts", event.hostId, event.hostName),
    storage_domain: named("storagedomains", event.storageDomainId, event.storageDomainName),
    template: named("templates", event.templateId, event.templateName),
    user: named("users", event.userId, event.userName),
    vm: named("vms", event.vmId, event.vmName),
  };
}
