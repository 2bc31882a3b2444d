import type { UserId } from "@yagura/std/ids.ts";

export type EventSeverity = "normal" | "warning" | "error" | "alert";

/**
 * One line of the audit log. Ids are integers that grow: clients ask for all after the last one they have.
 * Names are kept beside the ids, so that an event stays readable when its object is gone.
 */
export interface AuditEvent {
  readonly id: number;
  /** oVirt's number for this kind of event: clients search by it. */
  readonly code: number;
  readonly severity: EventSeverity;
  readonly description: string;
  readonly timeMs: number;
  readonly correlationId?: string;
  readonly userId?: UserId;
  readonly userName?: string;
  readonly vmId?: string;
  readonly vmName?: string;
  readonly hostId?: string;
  readonly hostName?: string;
  readonly clusterId?: string;
  readonly clusterName?: string;
  readonly dataCenterId?: string;
  readonly dataCenterName?: string;
  readonly storageDomainId?: string;
  readonly storageDomainName?: string;
  readonly templateId?: string;
  readonly templateName?: string;
  readonly origin: string;
  readonly customId?: number;
  /** What another program keeps with its event. */
  readonly customData?: string;
}
