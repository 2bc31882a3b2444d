import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import { decideResume, isIoErrorPause, type PausedVmView, readResumeBehaviour } from "./decide-resume.ts";
import { readDomainState } from "./domain-events.ts";
import { resumeDomain } from "./resume-domain.ts";
import type { StorageHealth } from "./storage-health.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { writeRunRecord } from "./write-vm-record.ts";

/** Apart from a domain's return, which is heard of at once, nothing here is urgent. */
export const LOOK_PERIOD_MS = 5_000;
const FREE_SPACE_MS_MAX = 10_000;
/** A VM that is paused again so soon after it was resumed rests before the next try, each time twice as long. */
const LASTING_MS = 60_000;
const REST_MS_MIN = 5_000;
const REST_MS_MAX = 300_000;
/** As long as nobody knows better. */
const IO_TIMEOUT_MS = 10_000;

interface Tries {
  readonly count: number;
  /** On the clock of events. */
  readonly lastAtMs: number;
}

/**
 * Watches over the VMs that an I/O error has paused, and does with each what its resume behaviour says. It looks again and
 * again at how things are, so that nothing depends on having heard of a change: not over a restart of the agent either.
 */
export class PausedVms {
  readonly #context: VirtContext;
  readonly #storage: StorageHealth;
  readonly #tries = new WeakMap<Vm, Tries>();
  readonly #underWay = new Map<Vm, "once" | "again">();

  constructor(context: VirtContext, storage: StorageHealth) {
    this.#context = context;
    this.#storage = storage;
  }

  /** Until aborted. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const end = this.#storage.onDomainChange((_domainId, isValid) => {
      if (isValid && !signal.aborted) void this.look();
    });
    try {
      while (!signal.aborted) {
        // Not waited for: one VM whose QEMU hangs must not keep the others.
        void this.look();
        await clock.sleep(LOOK_PERIOD_MS, signal).catch(() => undefined);
      }
    } finally {
      end();
    }
  }

  /** One look at every paused VM, side by side. Never rejects. */
  async look(): Promise<void> {
    const { vms, hypervisor } = this.#context;
    if (!hypervisor.isConnected) return;
    const paused = vms.list().filter(isPausedByError);
    await Promise.all(paused.map((vm) => this.#lookAt(vm)));
  }

  /** One look at a time for each VM; what is heard during one is looked at after it. */
  async #lookAt(vm: Vm): Promise<void> {
    if (this.#underWay.has(vm)) {
      this.#underWay.set(vm, "again");
      return;
    }
    do {
      this.#underWay.set(vm, "once");
      try {
        await this.#decide(vm);
      } catch (error) {
        this.#context.log.warn("could not help a paused VM", { vmId: vm.id, error: describeError(error) });
      }
    } while (this.#underWay.get(vm) === "again" && isPausedByError(vm));
    this.#underWay.delete(vm);
  }

  async #decide(vm: Vm): Promise<void> {
    const { log } = this.#context;
    const decision = decideResume(await this.#readView(vm));
    const about = { vmId: vm.id, vmName: vm.name, because: decision.because };
    switch (decision.do) {
      case "wait":
        log.debug("a VM stays paused", about);
        return;
      case "resume":
        log.info("a VM is resumed", about);
        return this.#inTurn(vm, () => this.#resume(vm));
      case "kill":
        log.warn("a VM is ended", about);
        return this.#inTurn(vm, () => this.#kill(vm));
    }
  }

  async #readView(vm: Vm): Promise<PausedVmView> {
    const { clocks } = this.#context;
    const nowMs = clocks.sinceBootMs();
    const { pauseCode, domain, ioPausedAtMs = nowMs } = vm.view;
    const pausedForMs = Math.max(0, nowMs - ioPausedAtMs);
    const domainIds = listDomains(vm);
    const health = domainIds.map((domainId) => this.#storage.find(domainId));
    const isSeen = health.length > 0 && health.every((one) => one !== undefined && one.lookedAgoMs <= pausedForMs);
    const freeBytes = pauseCode === "ENOSPC" ? await this.#readFreeBytes(domainIds) : undefined;
    return {
      pauseCode,
      behaviour: readResumeBehaviour(domain?.metadata?.values["resumeBehavior"]),
      pausedForMs,
      storage: !isSeen ? "not seen" : health.every((one) => one?.isValid) ? "valid" : "invalid",
      ...(freeBytes !== undefined && { freeBytes }),
      restMs: this.#restOf(vm, ioPausedAtMs) - pausedForMs,
      ioTimeoutMs:
        health.length === 0 ? IO_TIMEOUT_MS : Math.min(...health.map((one) => one?.ioTimeoutMs ?? IO_TIMEOUT_MS)),
    };
  }

  /** The least of all of them: the disk that lacks space is on one. */
  async #readFreeBytes(domainIds: readonly StorageDomainId[]): Promise<number | undefined> {
    try {
      const free = domainIds.map((domainId) =>
        withDeadline(`asking for space on ${domainId}`, FREE_SPACE_MS_MAX, () => this.#storage.readFreeBytes(domainId)),
      );
      return Math.min(...(await Promise.all(free)));
    } catch (error) {
      this.#context.log.debug("could not ask for free space", { error: describeError(error) });
      return undefined;
    }
  }

  #restOf(vm: Vm, pausedAtMs: number): number {
    const tries = this.#tries.get(vm);
    if (tries === undefined || pausedAtMs - tries.lastAtMs >= LASTING_MS) return 0;
    return Math.min(REST_MS_MIN * 2 ** (tries.count - 1), REST_MS_MAX);
  }

  /** After waiting for its turn the VM may be another one, or be paused for another reason. */
  async #inTurn(vm: Vm, work: () => Promise<void>): Promise<void> {
    const { vms, hypervisor } = this.#context;
    await vms.inTurn(vm.id, async () => {
      if (vms.find(vm.id) !== vm || vm.status !== "Paused") return;
      const state = await hypervisor.findState(vm.id);
      if (state === undefined || readDomainState(state.state, state.reason) !== "paused-io-error") return;
      await work();
    });
  }

  async #resume(vm: Vm): Promise<void> {
    const nowMs = this.#context.clocks.sinceBootMs();
    const before = this.#tries.get(vm);
    const isAgain = before !== undefined && nowMs - before.lastAtMs < LASTING_MS + REST_MS_MAX;
    this.#tries.set(vm, { count: isAgain ? before.count + 1 : 1, lastAtMs: nowMs });
    await resumeDomain(this.#context, vm);
  }

  /** It is down when libvirt says so: QEMU may hang in a call to the storage, and then lives on. */
  async #kill(vm: Vm): Promise<void> {
    vm.asked = "pause-timeout";
    await writeRunRecord(this.#context, vm);
    await this.#context.hypervisor.destroy(vm.id, { isGraceful: false });
  }
}

function isPausedByError({ status, view }: Vm): boolean {
  return status === "Paused" && isIoErrorPause(view.pauseCode);
}

/** The storage domains that the VM waits for: of the disk that failed, or of all when it is not known. */
function listDomains({ view: { domain, ioError } }: Vm): StorageDomainId[] {
  const disks = (domain?.disks ?? []).filter(({ volume }) => volume !== undefined);
  const failed = disks.filter(({ alias, source }) =>
    [alias === ioError?.alias, source?.path === ioError?.path].some((isIt) => isIt && ioError !== undefined),
  );
  const waited = failed.length > 0 ? failed : disks;
  return [...new Set(waited.flatMap(({ volume }) => volume?.domainId ?? []))];
}
