import { type AgentEvent, AgentFault, eventTime, type VmStatus, type VmStatusDetails } from "@yagura/agent-protocol";
import { type DomainDescription, parseDomainXml } from "@yagura/domain-xml";
import type { Clock } from "@yagura/std/clock.ts";
import type { Times } from "./times.ts";
import type { SimulatedVm } from "./vm.ts";
import { adminShutdown, nextStep, pausedTooLong, type VmExit } from "./vm-life.ts";

export interface VmsOptions {
  readonly clock: Clock;
  readonly times: Times;
  /** `explicit`: a guest goes on only when it is told to. */
  readonly mode: "auto" | "explicit";
  readonly publish: (event: AgentEvent) => void;
  /** Why a guest cannot start, if it cannot. */
  readonly findStartProblem: (domain: DomainDescription) => string | undefined;
}

/** All guests of one simulated host: the only place that changes them. */
export class Vms {
  readonly #options: VmsOptions;
  readonly #vms = new Map<string, SimulatedVm>();
  readonly #timers = new Map<string, AbortController>();
  #nextPid = 1001;

  constructor(options: VmsOptions) {
    this.#options = options;
  }

  list(): readonly SimulatedVm[] {
    return [...this.#vms.values()];
  }

  /** @throws AgentFault NoSuchVM. */
  get(vmId: string): SimulatedVm {
    const vm = this.#vms.get(vmId);
    if (vm === undefined) throw new AgentFault("NoSuchVM", { vmId });
    return vm;
  }

  /** @throws AgentFault NoSuchVM, or VMIsDown for a guest that has ended. */
  getRunning(vmId: string): SimulatedVm {
    const vm = this.get(vmId);
    if (vm.status === "Down") throw new AgentFault("VMIsDown", { vmId });
    return vm;
  }

  create(vmId: string, xml: string): SimulatedVm {
    if (this.#vms.has(vmId)) throw new AgentFault("VMExists", { vmId });
    const domain = readDomain(xml, vmId);
    const vm: SimulatedVm = {
      vmId,
      xml,
      domain,
      startedAtMs: this.#options.clock.monotonicMs(),
      pid: this.#nextPid++,
      startProblem: this.#options.findStartProblem(domain),
      status: "WaitForLaunch",
      statusTime: this.#now(),
      pauseCode: "NOERR",
      hasGuestAgent: false,
      exit: undefined,
      hash: 1,
    };
    this.#vms.set(vmId, vm);
    this.#announce(vm);
    this.#schedule(vm);
    return vm;
  }

  /** The one way a guest changes its status. */
  become(vmId: string, status: VmStatus, details: { readonly exit?: VmExit; readonly pauseCode?: string } = {}): void {
    const vm = this.get(vmId);
    if (vm.status === "Down") throw new AgentFault("VMIsDown", { vmId });
    vm.status = status;
    vm.statusTime = this.#now();
    vm.pauseCode = details.pauseCode ?? "NOERR";
    vm.exit = status === "Down" ? (details.exit ?? adminShutdown) : undefined;
    if (status === "Down" || status === "Powering up") vm.hasGuestAgent = false;
    vm.hash += 1;
    this.#announce(vm);
    this.#schedule(vm);
  }

  /** Ends a guest and forgets it. */
  destroy(vmId: string): void {
    if (this.get(vmId).status !== "Down") this.become(vmId, "Down");
    this.#timers.get(vmId)?.abort();
    this.#vms.delete(vmId);
  }

  /** Carries out what a guest would do next. Nothing happens if it would stay as it is. */
  step(vmId: string): void {
    const vm = this.get(vmId);
    const next = nextStep(vm, this.#options.times);
    if (next === undefined) return;
    if ("become" in next) {
      this.become(vmId, next.become, next.exit === undefined ? {} : { exit: next.exit });
    } else {
      vm.hasGuestAgent = true;
      vm.hash += 1;
    }
  }

  /**
   * The storage of guests that are paused by its errors is back: each does what it was defined with.
   * @param afterTooLong whether a guest that is not to outlive its lease has been paused for longer than that.
   */
  storageReturned({ afterTooLong }: { readonly afterTooLong: boolean }): void {
    for (const { vmId, status, pauseCode, domain } of this.list()) {
      if (status !== "Paused" || pauseCode === "NOERR") continue;
      const behaviour = domain.metadata?.values["resumeBehavior"] ?? "auto_resume";
      if (behaviour === "kill" && afterTooLong) this.become(vmId, "Down", { exit: pausedTooLong });
      else if (behaviour !== "leave_paused") this.become(vmId, "Up");
    }
  }

  /** As if the power was cut: all are gone, and nobody is told. */
  forgetAll(): void {
    for (const timer of this.#timers.values()) timer.abort();
    this.#timers.clear();
    this.#vms.clear();
  }

  #schedule(vm: SimulatedVm): void {
    this.#timers.get(vm.vmId)?.abort();
    const next = nextStep(vm, this.#options.times);
    if (next === undefined || this.#options.mode === "explicit") return;
    const timer = new AbortController();
    this.#timers.set(vm.vmId, timer);
    void this.#options.clock.sleep(next.afterMs, timer.signal).then(
      () => {
        this.step(vm.vmId);
        if ("guestAgent" in next) this.#schedule(vm);
      },
      () => undefined,
    );
  }

  #now(): number {
    return eventTime(this.#options.clock.monotonicMs());
  }

  #announce(vm: SimulatedVm): void {
    const { exit } = vm;
    const details: VmStatusDetails = {
      status: vm.status,
      hash: String(vm.hash),
      ...(vm.status === "Paused" && { pauseCode: vm.pauseCode }),
      ...exit,
    };
    this.#options.publish({ event: "VM_status", id: vm.vmId, params: { [vm.vmId]: details } });
  }
}

function readDomain(xml: string, vmId: string): DomainDescription {
  let domain: DomainDescription;
  try {
    domain = parseDomainXml(xml);
  } catch (cause) {
    throw new AgentFault("CannotCreateVM", cause instanceof Error ? cause.message : "bad XML", { cause });
  }
  if (domain.vmId !== vmId) throw new AgentFault("CannotCreateVM", "the XML is of another VM");
  return domain;
}
