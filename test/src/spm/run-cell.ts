// One operation, and one fault in the middle of it.
import assert from "node:assert/strict";
import { untilHostIs } from "@yagura/lab/lab-manager.ts";
import { findSpm, untilSpm } from "@yagura/lab/three-hosts-nfs/spm.ts";
import type { StorageHost } from "@yagura/lab/three-hosts-nfs/storage-host.ts";
import { watchChanges } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { systemClock } from "@yagura/std/clock.ts";
import { type Centre, explained } from "../three-hosts/centre.ts";
import { checkStorage } from "../three-hosts/check-storage.ts";
import { endOfJob } from "../three-hosts/end-of-job.ts";
import type { Operation } from "../three-hosts/operations.ts";
import type { Fault } from "./faults.ts";

export interface Cell {
  readonly operation: Operation;
  readonly fault: Fault;
  /** From 0 to 1: how late in the operation the fault comes. */
  readonly moment: number;
}

/** The lease of a silent host at io_timeout 2, its watchdog, what sanlock takes to see it, and a slow machine. */
const failoverMs = 240_000;
const firstChangeMs = 60_000;

/** Runs it on a data center in which all is well, and leaves one behind in which all is well again. */
export function runCell(centre: Centre, { operation, fault, moment }: Cell): Promise<void> {
  const { three } = centre;
  const correlationId = crypto.randomUUID();
  return explained(three, async () => {
    const spm = await untilSpm(three, { timeoutMs: failoverMs });
    const ready = await operation.prepare(centre, `disk-${correlationId}`);
    const changes = await watchChanges(three.server, centre.domains);
    // Its answer may be lost with the Manager; the job says what became of it.
    const asked = ready.begin(correlationId).catch((error: unknown) => error);
    const changed = await changes.first(firstChangeMs);
    assert.ok(changed !== undefined, `the operation changed nothing on the storage: ${await asked}`);
    await systemClock.sleep(moment * operation.lastsMs);
    await fault.inject(centre, spm);
    await afterwards(centre, { fault, spm });
    await asked;
    await ready.verify(await endOfJob(centre, correlationId));
    await Promise.all(three.hosts.map(({ id }) => untilHostIs(three.manager.client, id, "up")));
    await checkStorage(centre);
  });
}

async function afterwards(centre: Centre, { fault, spm }: { fault: Fault; spm: StorageHost }): Promise<void> {
  const { three } = centre;
  if (fault.movesSpm) {
    const successor = await untilSpm(three, { isWanted: (host) => host !== spm, timeoutMs: failoverMs });
    await fault.end(centre, spm);
    assert.equal(await findSpm(three), successor);
    return;
  }
  await systemClock.sleep(fault.holdMs);
  await fault.end(centre, spm);
  assert.equal(await untilSpm(three, { timeoutMs: failoverMs }), spm, "the SPM moved");
}
