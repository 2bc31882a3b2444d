// What happens to the SPM's host, or to the Manager, in the middle of an operation.
import assert from "node:assert/strict";
import type { StorageHost } from "@yagura/lab/three-hosts-nfs/storage-host.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import type { Centre } from "../three-hosts/centre.ts";
import { describeDomain } from "../three-hosts/check-storage.ts";

export interface Fault {
  readonly name: string;
  /** Whether another host must become SPM. */
  readonly movesSpm: boolean;
  inject(centre: Centre, spm: StorageHost): Promise<void>;
  /** Ends it. With a fault that moves the SPM, this is when another one is there; otherwise after `holdMs`. */
  end(centre: Centre, spm: StorageHost): Promise<void>;
  /** How long a fault that moves nothing lasts. */
  readonly holdMs: number;
}

/** A host that stood still for longer than its lease is reset by its watchdog as soon as it goes on. */
const resetMs = 60_000;

const powerCut: Fault = {
  name: "power cut of the SPM's host",
  movesSpm: true,
  holdMs: 0,
  inject: (_, spm) => spm.powerCut(),
  end: (_, spm) => spm.boot(),
};

const standStill: Fault = {
  name: "the SPM's host stands still for longer than its lease",
  movesSpm: true,
  holdMs: 0,
  inject: (_, spm) => spm.machine.pause(),
  async end(centre, spm) {
    const describe = (): Promise<string[][]> =>
      Promise.all(centre.domains.map((domain) => describeDomain(centre, domain)));
    const before = await describe();
    const { machine } = spm;
    await machine.resume();
    await withDeadline(`the reset of host ${spm.title}`, resetMs, () => machine.off);
    assert.deepEqual(await describe(), before, "the old SPM wrote to the storage");
    await spm.boot();
  },
};

const storageCut: Fault = {
  name: "the storage is cut from the SPM only",
  movesSpm: true,
  holdMs: 0,
  inject: ({ three }, spm) => spm.cutFrom(three.server.machine.address),
  async end({ three }, spm) {
    // Its sanlock ended the agent; where it could not, the watchdog ended the host.
    if (spm.isOn) await spm.joinAgain(three.server.machine.address);
    else await spm.boot();
  },
};

const managerCut: Fault = {
  name: "the Manager is cut from the SPM only",
  movesSpm: false,
  holdMs: 45_000,
  inject: ({ three }, spm) => spm.cutFrom(three.manager.on.address),
  end: ({ three }, spm) => spm.joinAgain(three.manager.on.address),
};

const managerKilled: Fault = {
  name: "the Manager is killed and started again",
  movesSpm: false,
  holdMs: 2_000,
  inject: ({ three }) => three.manager.kill(),
  end: ({ three }) => three.manager.start(),
};

export const faults = { powerCut, standStill, storageCut, managerCut, managerKilled } as const;
