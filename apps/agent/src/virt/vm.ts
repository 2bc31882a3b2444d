import type { DomainDescription } from "@yagura/domain-xml";
import type { VmId } from "@yagura/std/ids.ts";
import { isIoErrorPause } from "./decide-resume.ts";
import type { PauseCode } from "./domain-events.ts";
import type { GuestData } from "./guest-data.ts";
import type { AskedEnd, VmExit } from "./vm-exit.ts";
import { nextVmStatus, type VmStatus, type VmStatusEvent } from "./vm-status.ts";
import { computeVmUsage, type StatsSample, type VmUsage } from "./vm-usage.ts";

/** A guest that has not said otherwise counts as booted after this time. vdsm: GUEST_WAIT_TIMEOUT */
export const BOOT_TIME_MS_MAX = 60_000;

export interface IoError {
  readonly path: string;
  readonly alias: string;
  readonly pauseCode: PauseCode;
}

/** Everything there is to know of a VM at one moment, as plain data. */
export interface VmView {
  readonly vmId: VmId;
  readonly name: string;
  readonly status: VmStatus;
  /** On the clock of events: see `EventClock`. */
  readonly statusSinceMs: number;
  readonly pauseCode: PauseCode;
  readonly ioError?: IoError;
  /** Since when an I/O error has paused it, on the clock of events; kept over restarts of the agent. */
  readonly ioPausedAtMs?: number;
  readonly exit?: VmExit;
  /** Milliseconds since the epoch. */
  readonly startedAtMs?: number;
  /** The domain as libvirt last described it, and a digest of that text: whoever keeps a copy compares it. */
  readonly domain?: DomainDescription;
  readonly xml: string;
  readonly xmlDigest: string;
  readonly usage?: VmUsage;
  /** False: libvirt or QEMU has not answered for this VM for a while; all else is the last that was known. */
  readonly isResponding: boolean;
  readonly guest: GuestData;
  readonly isGuestAgentConnected: boolean;
  readonly guestAnsweredAtMs?: number;
  readonly consoleClient?: string;
  readonly pid?: number;
  /** Why this VM of ours was put aside instead of being managed. */
  readonly asideBecause?: string;
}

export interface VmClocks {
  nowMs(): number;
  /** Milliseconds since the boot of this host, the same for every process: events are ordered by it. */
  sinceBootMs(): number;
}

/** What changes together with the status. */
export interface AlsoBecome {
  readonly exit?: VmExit;
  readonly pauseCode?: PauseCode;
  readonly ioError?: IoError;
  readonly ioPausedAtMs?: number;
}

export type VmListener = (vm: Vm, change: "status" | "details") => void;

/** One VM of this host. It owns the state; operations change it only by its methods, one operation at a time. */
export class Vm {
  readonly id: VmId;
  readonly name: string;
  /** Aborted when the VM is to be destroyed: whoever is still starting it stops. */
  readonly startAbort = new AbortController();
  /** What the Manager asked for, so that the end of the VM can be explained. */
  asked: AskedEnd | undefined;
  poweredOffBy: "guest" | "host" | undefined;
  /** libvirt has a domain of this id that is none of ours: it is never touched, least of all to destroy this VM. */
  isDomainForeign = false;
  #view: VmView;
  #sample: StatsSample | undefined;
  #hasSettled = false;
  /** Of the boot under way, if it is not the first. */
  #rebootedAtMs: number | undefined;
  readonly #clocks: VmClocks;
  readonly #onChange: VmListener;

  constructor(from: { vmId: VmId; name: string; xml: string }, clocks: VmClocks, onChange: VmListener) {
    this.id = from.vmId;
    this.name = from.name;
    this.#clocks = clocks;
    this.#onChange = onChange;
    this.#view = {
      vmId: from.vmId,
      name: from.name,
      status: "WaitForLaunch",
      statusSinceMs: clocks.sinceBootMs(),
      pauseCode: "NOERR",
      xml: from.xml,
      xmlDigest: "",
      isResponding: true,
      guest: {},
      isGuestAgentConnected: false,
    };
  }

  get view(): VmView {
    return this.#view;
  }

  get status(): VmStatus {
    return this.#view.status;
  }

  /** The only way to another status. Returns whether it changed. */
  become(event: VmStatusEvent, also: AlsoBecome = {}): boolean {
    const status = nextVmStatus(this.#view.status, event);
    const isNew = status !== this.#view.status;
    const pauseCode = status === "Paused" ? (also.pauseCode ?? this.#view.pauseCode) : "NOERR";
    if (!isNew && pauseCode === this.#view.pauseCode) return false;
    if (event === "settled") this.#hasSettled = true;
    if (event === "rebooted") {
      this.#hasSettled = false;
      this.#rebootedAtMs = this.#clocks.nowMs();
    }
    const { ioError: _past, ioPausedAtMs: pausedBefore, exit: _end, ...view } = this.#view;
    this.#view = {
      ...view,
      status,
      pauseCode,
      statusSinceMs: this.#clocks.sinceBootMs(),
      ...(status === "Down" && also.exit !== undefined && { exit: also.exit }),
      ...(status === "Paused" && also.ioError !== undefined && { ioError: also.ioError }),
      ...(isIoErrorPause(pauseCode) && {
        ioPausedAtMs: also.ioPausedAtMs ?? pausedBefore ?? this.#clocks.sinceBootMs(),
      }),
    };
    this.#onChange(this, "status");
    return true;
  }

  /** The vCPUs turn again: Up if the guest had booted before, else on with booting. */
  becomeResumed(): void {
    this.become(this.#hasSettled ? "resumed" : "resumed-early");
  }

  /** Looks whether the time to boot has passed. */
  settleByTime(): void {
    const { startedAtMs, status, statusSinceMs } = this.#view;
    const bootedAtMs = this.#rebootedAtMs ?? startedAtMs;
    // One that was adopted has been booting for longer than this agent knows it.
    const bootingMs = status === "Powering up" && bootedAtMs !== undefined ? this.#clocks.nowMs() - bootedAtMs : 0;
    const inStatusMs = this.#clocks.sinceBootMs() - statusSinceMs;
    const isBooting = status === "Powering up" || status === "RebootInProgress";
    if (isBooting && Math.max(bootingMs, inStatusMs) >= BOOT_TIME_MS_MAX) this.become("settled");
  }

  describe(changes: Partial<Pick<VmView, "domain" | "xml" | "xmlDigest" | "startedAtMs" | "pid">>): void {
    this.#view = { ...this.#view, ...changes };
    this.#onChange(this, "details");
  }

  /** Takes a row of statistics that was read now. Rows that arrive out of order are dropped. */
  sampled(sample: StatsSample): void {
    if (this.#sample !== undefined && sample.monotonicMs <= this.#sample.monotonicMs) return;
    this.#view = { ...this.#view, usage: computeVmUsage(sample, this.#sample), isResponding: true };
    this.#sample = sample;
  }

  setResponding(isResponding: boolean): void {
    if (this.#view.isResponding !== isResponding) this.#view = { ...this.#view, isResponding };
  }

  setGuestAgentConnected(isConnected: boolean): void {
    // What a guest said before its agent went away stays: it is still the best that is known.
    this.#view = { ...this.#view, isGuestAgentConnected: isConnected };
  }

  guestAnswered(data: GuestData): void {
    const guest = { ...this.#view.guest, ...data };
    this.#view = { ...this.#view, guest, guestAnsweredAtMs: this.#clocks.nowMs() };
    if (this.status === "Powering up" || this.status === "RebootInProgress") this.become("settled");
    else this.#onChange(this, "details");
  }

  /** What became of the VM is not known: it keeps its status and is looked at again until it is. */
  putAside(because: string): void {
    this.#view = { ...this.#view, asideBecause: because, isResponding: false };
    this.#onChange(this, "details");
  }

  /** The VM is managed (again). */
  takenOver(): void {
    const { asideBecause: _past, ...view } = this.#view;
    this.#view = { ...view, isResponding: true };
  }

  /** A reboot: what the guest said belongs to the system that ended. */
  forgetGuest(): void {
    this.#view = { ...this.#view, guest: {}, isGuestAgentConnected: false };
  }

  setConsoleClient(address: string | undefined): void {
    const { consoleClient: _before, ...view } = this.#view;
    this.#view = { ...view, ...(address !== undefined && { consoleClient: address }) };
  }
}
