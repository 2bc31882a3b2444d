import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { reachableAddresses, readGuestInfo } from "./guest-data.ts";
import { decideGuestQueries, type GuestQuery, guestInfoBitsOf } from "./guest-poll.ts";
import type { Hypervisor } from "./hypervisor.ts";
import type { Vm } from "./vm.ts";
import { hasProcess } from "./vm-status.ts";
import type { Vms } from "./vms.ts";

/** How often it is looked whose turn it is; vdsm looks each 5 s. */
const TICK_MS = 2_000;

interface GuestState {
  connectedAtMs: number;
  askedAtMs: Partial<Record<GuestQuery, number>>;
  supported: ReadonlySet<string>;
  failures: number;
  failedAtMs: number;
}

export interface GuestPollerOptions {
  readonly vms: Vms;
  readonly hypervisor: Hypervisor;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Asks the guests' agents what they know. Each guest is asked by itself: one that hangs delays nobody else, is asked by
 * at most one call at a time, and is then left alone for a while.
 */
export class GuestPoller {
  readonly #guests = new Map<VmId, GuestState>();
  /** Asked right now. Apart from what is known of a guest: one that connects again and again is not asked more often. */
  readonly #busy = new Set<VmId>();
  readonly #options: GuestPollerOptions;

  constructor(options: GuestPollerOptions) {
    this.#options = options;
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      this.tick();
      await clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  /** Asks every guest whose turn it is; returns at once. */
  tick(): void {
    const { vms } = this.#options;
    for (const vm of vms.list()) this.#visit(vm);
    for (const vmId of this.#guests.keys()) if (vms.find(vmId) === undefined) this.#guests.delete(vmId);
  }

  /** The agent of a guest has connected: it is asked now, and everything anew. */
  connected(vm: Vm): void {
    const before = this.#guests.get(vm.id);
    // When its agent connects is the guest's choice; how often it is asked is ours.
    if (before !== undefined && this.#options.clock.monotonicMs() - before.connectedAtMs < TICK_MS) return;
    this.#guests.delete(vm.id);
    this.#visit(vm);
  }

  #visit(vm: Vm): void {
    const isThere = vm.view.isGuestAgentConnected && hasProcess(vm.status) && vm.status !== "Paused";
    if (!isThere || !this.#options.hypervisor.isConnected) return;
    if (this.#busy.has(vm.id)) return;
    const guest = this.#guests.get(vm.id) ?? this.#begin(vm);
    const queries = decideGuestQueries({
      ...guest,
      nowMs: this.#options.clock.monotonicMs(),
      hasAddress: reachableAddresses(vm.view.guest.nics ?? []).length > 0,
    });
    if (queries.length > 0) void this.#ask(vm, guest, queries);
  }

  #begin(vm: Vm): GuestState {
    const guest: GuestState = {
      connectedAtMs: this.#options.clock.monotonicMs(),
      askedAtMs: {},
      supported: new Set(),
      failures: 0,
      failedAtMs: 0,
    };
    this.#guests.set(vm.id, guest);
    return guest;
  }

  async #ask(vm: Vm, guest: GuestState, queries: readonly GuestQuery[]): Promise<void> {
    const { hypervisor, clock, log } = this.#options;
    this.#busy.add(vm.id);
    try {
      if (queries.includes("capabilities")) {
        // Each time, because libvirt forgets it when the guest is started anew.
        await hypervisor.limitGuestAgent(vm.id);
        const { version, commands } = readAgentInfo(await hypervisor.askGuestAgent(vm.id, "guest-info"));
        guest.supported = commands;
        vm.guestAnswered({ agentVersion: version });
      }
      const bits = guestInfoBitsOf(queries, guest.supported);
      if (bits !== 0) vm.guestAnswered(readGuestInfo(await hypervisor.askGuestInfo(vm.id, bits)));
      if (queries.includes("vcpus") && guest.supported.has("guest-get-vcpus")) {
        vm.guestAnswered({ onlineVcpus: countOnline(await hypervisor.askGuestAgent(vm.id, "guest-get-vcpus")) });
      }
      for (const query of queries) guest.askedAtMs[query] = clock.monotonicMs();
      guest.failures = 0;
    } catch (error) {
      guest.failures++;
      guest.failedAtMs = clock.monotonicMs();
      log.debug("a guest agent did not answer", { vmId: vm.id, failures: guest.failures, error: describeError(error) });
    } finally {
      this.#busy.delete(vm.id);
    }
  }
}

/** The answer of `guest-info`. It comes from inside the guest: whatever has another shape is left out. */
function readAgentInfo(answer: unknown): { version: string; commands: ReadonlySet<string> } {
  const { version, supported_commands: commands } = asRecord(answer);
  const names = (Array.isArray(commands) ? commands.slice(0, 500) : [])
    .map(asRecord)
    .filter((command) => command["enabled"] !== false)
    .flatMap((command) => (typeof command["name"] === "string" ? [command["name"]] : []));
  return { version: typeof version === "string" ? version.slice(0, 100) : "", commands: new Set(names) };
}

function countOnline(answer: unknown): number {
  return (Array.isArray(answer) ? answer.slice(0, 4096) : []).filter((vcpu) => asRecord(vcpu)["online"] === true)
    .length;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
