import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { readDomainState } from "./domain-events.ts";
import type { Hypervisor } from "./hypervisor.ts";
import type { Vm } from "./vm.ts";
import { hasProcess } from "./vm-status.ts";
import type { StatsRow } from "./vm-usage.ts";
import type { Vms } from "./vms.ts";

export const SAMPLE_PERIOD_MS = 15_000;
/** A VM without a new sample for so long counts as not responding. vdsm: vm_command_timeout */
export const SILENT_MS_MAX = 60_000;
/** Calls that hang on a stuck QEMU keep their place in libvirtd; so many may, before no further one is made. */
const CALLS_MAX = 3;
/** A sample this young is not taken again, and nobody waits longer for a new one. */
const FRESH_MS = 1_000;
const FRESH_WAIT_MS = 1_000;

export interface VmSamplerOptions {
  readonly vms: Vms;
  readonly hypervisor: Hypervisor;
  readonly clock: Clock;
  readonly log: Log;
  /** What libvirt says of a VM is not what we have of it: somebody must look. */
  onDoubt(vm: Vm): Promise<void>;
}

/** Reads the statistics of all VMs by one call of libvirt each period. */
export class VmSampler {
  #callsUnderWay = 0;
  readonly #refreshing = new Set<VmId>();
  readonly #inDoubt = new Set<VmId>();
  readonly #options: VmSamplerOptions;

  constructor(options: VmSamplerOptions) {
    this.#options = options;
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      // Not waited for: a call that hangs must not stop the clock of the others.
      void this.sample();
      await clock.sleep(SAMPLE_PERIOD_MS, signal).catch(() => undefined);
    }
  }

  /** One round. Never throws. */
  async sample(): Promise<void> {
    const { vms, hypervisor, clock, log } = this.#options;
    for (const vm of vms.list()) this.#judge(vm);
    if (!hypervisor.isConnected || this.#callsUnderWay >= CALLS_MAX) return;
    this.#callsUnderWay++;
    const askedAtMs = clock.monotonicMs();
    const running = vms.list().filter((vm) => hasProcess(vm.status));
    for (const vm of vms.list()) if (vm.view.asideBecause !== undefined) void this.#lookAt(vm);
    try {
      const rows = await hypervisor.readStats();
      for (const vm of running) {
        const row = rows.get(vm.id);
        if (row === undefined || contradicts(vm, row)) void this.#lookAt(vm);
        take(vm, row, askedAtMs);
      }
    } catch (error) {
      log.warn("could not read the statistics of VMs", { error: describeError(error) });
    } finally {
      this.#callsUnderWay--;
    }
  }

  /**
   * Statistics of guests that boot are read anew for whoever asks: he waits for them to come up. One call for all, and
   * not for long: a guest that hangs is then told as it was last known.
   */
  async refreshBooting(vms: readonly Vm[]): Promise<void> {
    const { hypervisor, clock, log } = this.#options;
    const monotonicMs = clock.monotonicMs();
    const booting = vms.filter(
      (vm) =>
        vm.status === "Powering up" &&
        !this.#refreshing.has(vm.id) &&
        monotonicMs - (vm.view.usage?.sampledAtMs ?? 0) >= FRESH_MS,
    );
    if (booting.length === 0 || !hypervisor.isConnected) return;
    for (const vm of booting) this.#refreshing.add(vm.id);
    const reading = hypervisor
      .readStats(booting.map((vm) => vm.id))
      .then((rows) => {
        for (const vm of booting) take(vm, rows.get(vm.id), monotonicMs);
      })
      .catch((error: unknown) => log.debug("could not read fresh statistics", { error: describeError(error) }))
      .finally(() => {
        for (const vm of booting) this.#refreshing.delete(vm.id);
      });
    const stop = new AbortController();
    const patience = clock.sleep(FRESH_WAIT_MS, stop.signal).catch(() => undefined);
    await Promise.race([reading, patience]);
    stop.abort();
  }

  /** One look at a time for each VM: a look may hang for as long as libvirt does. */
  async #lookAt(vm: Vm): Promise<void> {
    if (this.#inDoubt.has(vm.id)) return;
    this.#inDoubt.add(vm.id);
    try {
      await this.#options.onDoubt(vm);
    } catch (error) {
      this.#options.log.warn("could not look at a VM", { vmId: vm.id, error: describeError(error) });
    } finally {
      this.#inDoubt.delete(vm.id);
    }
  }

  #judge(vm: Vm): void {
    const { hypervisor, clock } = this.#options;
    const sampledAtMs = vm.view.usage?.sampledAtMs;
    if (!hasProcess(vm.status) || sampledAtMs === undefined) return;
    if (!hypervisor.isConnected || clock.monotonicMs() - sampledAtMs >= SILENT_MS_MAX) vm.setResponding(false);
  }
}

/** An event was lost, or came in the wrong order: events alone are never the truth. */
function contradicts(vm: Vm, row: StatsRow): boolean {
  const { "state.state": state, "state.reason": reason } = row;
  if (state === undefined || vm.status === "Saving State" || vm.status.startsWith("Migration")) return false;
  const condition = readDomainState(Number(state), Number(reason));
  return condition === "gone" || (condition === "running") === (vm.status === "Paused");
}

function take(vm: Vm, row: StatsRow | undefined, monotonicMs: number): void {
  // A row without CPU times is of a domain whose monitor is busy.
  if (row?.["cpu.time"] !== undefined) vm.sampled({ row, monotonicMs });
  vm.settleByTime();
}
