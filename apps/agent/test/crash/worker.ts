/**
 * A process that does one operation on storage and reports every effect before it happens. Told to, it kills itself at one
 * of them, as a crash does. One line of JSON comes in, many go out.
 */

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { AnyOperationName } from "./all-operations.ts";
import type { FaultName } from "./faults.ts";
import type { CrashPlace } from "./fixture.ts";
import type { Operation } from "./operation.ts";
import { isSamePoint, type Point, PointNames } from "./points.ts";
import { type Effect, type OnEffect, recordEffects } from "./record-effects.ts";
import { isSpmLocked } from "./spm-is-locked.ts";

export interface WorkerJob {
  readonly place: CrashPlace;
  readonly operation: AnyOperationName;
  /** Only what must be there before is made. */
  readonly onlyPrepares?: boolean;
  /** Where to die; without it the operation is only recorded. */
  readonly dieAt?: Point;
  /** What is done wrongly, to see that it is noticed. */
  readonly fault?: FaultName;
}

export interface PointReport extends Point {
  /** Whether the lock of the SPM was held: nothing may be changed on storage without. */
  readonly isLocked: boolean;
  /** Whether it concerns the storage, and not what the agent keeps on its host. */
  readonly isOnStorage: boolean;
}

export type WorkerLine = { readonly point: PointReport } | { readonly ended: "done" } | { readonly failed: string };

// Later: by now Node's functions are replaced, and whoever imports them gets those.
const { openStorage } = await import("../../src/storage/open-storage.ts");
const { becomeSpm, connectAll, pathsBelow } = await import("./fixture.ts");
const { findOperation } = await import("./all-operations.ts");
const { reportLeases } = await import("./report-leases.ts");
const { knownIds } = await import("./ids.ts");
const { withFault } = await import("./faults.ts");

for await (const line of createInterface({ input: process.stdin })) {
  const job: WorkerJob = JSON.parse(line);
  await work(job).then(
    () => tell({ ended: "done" }),
    (error: unknown) => tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
  break;
}
// Whatever holds this process: nobody waits for it.
process.kill(process.pid, "SIGKILL");

async function work({ place, operation, onlyPrepares, dieAt, fault }: WorkerJob): Promise<void> {
  const paths = pathsBelow(place);
  const given = fault === undefined ? paths.options : withFault(fault, paths.options);
  let onLease: OnEffect = () => undefined;
  const sanlock = given.sanlock && reportLeases(given.sanlock, (effect) => onLease(effect));
  const storage = await openStorage({ ...given, ...(sanlock !== undefined && { sanlock }) });
  await connectAll(storage, paths);
  await becomeSpm(storage);
  const { act, prepare }: Operation = findOperation(operation);
  await prepare?.(storage, paths);
  if (onlyPrepares === true) return;
  const names = new PointNames(place, knownIds);
  const reach = (effect: Effect): void => {
    const point = names.name(effect);
    // To take the lock is no change; a link lies where its second path says.
    const changed =
      effect.deed === "symlink" ? point.label.split(" ").at(-1) : point.label.split(" ").slice(1).join(" ");
    const isOnStorage =
      !/^\w+ (flock|sanlock) /.test(point.label) &&
      Object.keys(paths.storage).some((name) => ` ${changed}`.includes(` /${name}/`));
    tell({ point: { ...point, isOnStorage, isLocked: isSpmLocked(paths) } });
    if (dieAt === undefined || !isSamePoint(point, dieAt)) return;
    effect.doHalf?.();
    process.kill(process.pid, "SIGKILL");
  };
  recordEffects(reach);
  onLease = reach;
  const result = await act(storage, paths);
  if (dieAt === undefined) requireSuccess(result);
  reach({ deed: "end", paths: [] });
}

/** A task that was refused would be recorded as one that does little. */
function requireSuccess(result: unknown): void {
  if (typeof result !== "object" || result === null) return;
  if ("result" in result ? result.result === "success" : !("status" in result) || result.status === "done") return;
  throw new Error(`the operation did not go through: ${JSON.stringify(result)}`);
}

function tell(line: WorkerLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
