import type { JobId } from "@yagura/std/ids.ts";
import type { OpContext } from "../context.ts";
import type { Tx } from "../db/database.ts";
import { OperationRefused } from "../domain/errors.ts";
import type { SagaDeps } from "../sagas/deps.ts";
import { ResourceLocked } from "../sagas/engine/lock-resources.ts";
import type { SagaDefinition, SagaOutcome } from "../sagas/engine/saga.ts";
import type { SagaRequest } from "../sagas/engine/sagas.ts";

/** Work that goes on after the operation has returned. */
export interface Started {
  readonly jobId: JobId;
  /** Never rejects; `undefined` when the Manager was stopped before the end. */
  readonly ended: Promise<SagaOutcome | undefined>;
}

/**
 * Starts a saga on behalf of the caller.
 * @param attempt "Cannot run VM.": how a refusal begins.
 * @throws OperationRefused when something else is under way with one of the resources.
 */
export async function startSaga<Params extends object>(
  context: OpContext,
  attempt: string,
  definition: SagaDefinition<Params, SagaDeps>,
  params: Params | ((tx: Tx) => Promise<Params>),
  request: Omit<SagaRequest, "correlationId" | "actorId">,
): Promise<Started> {
  const { actor, correlationId, sagas } = context;
  try {
    return await sagas.start(definition, params, {
      ...request,
      correlationId,
      ...(actor.userId !== undefined && { actorId: actor.userId }),
    });
  } catch (error) {
    if (!(error instanceof ResourceLocked)) throw error;
    throw new OperationRefused("conflict", attempt, [lockedText(error)]);
  }
}

/** Clients recognise these sentences, and try again. */
function lockedText({ resource, reason }: ResourceLocked): string {
  const because = `(${reason})`;
  if (resource.startsWith("vm:")) return `VM is locked. Related operation is currently in progress ${because}.`;
  if (resource.startsWith("disk:")) return `Disk is locked. Related operation is currently in progress ${because}.`;
  return `Related operation is currently in progress ${because}.`;
}
