import {
  type AgentServer,
  type AgentSimulator,
  serveAgent,
  type VerbName,
  type VmStatus,
  vmExitReasons,
} from "@yagura/agent-protocol";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { Faults, type RecordedCall } from "./faults.ts";
import { completeVerbs, simulatedVerbs } from "./verbs/all-verbs.ts";
import { FreezableStream } from "./wire/freezable-stream.ts";
import { imageServer } from "./wire/image-http.ts";
import { type HostCredentials, type Incoming, type Listener, listen } from "./wire/listen.ts";
import { type HostHardware, HostWorld } from "./world/host-world.ts";
import { failMs } from "./world/leases.ts";
import type { SimulatedStorage } from "./world/storage.ts";
import { defaultTimes, type Times } from "./world/times.ts";
import type { SimulatedVm } from "./world/vm.ts";

/** A timer may end a little before its time. */
const TIMER_ERROR_MS = 5;

export interface SimulatedHostOptions {
  /** By default a free one. */
  readonly port?: number;
  readonly listenAddress?: string;
  /** Without them the host speaks plain TCP, and every peer is a Manager. */
  readonly credentials?: HostCredentials;
  readonly hostId?: string;
  readonly hostName?: string;
  readonly hardware?: Partial<HostHardware>;
  /** `explicit`: guests and tasks go on only by `step` and `finishTask`. By default `auto`. */
  readonly mode?: "auto" | "explicit";
  readonly times?: Partial<Times>;
  /** Shared with other simulated hosts; by default its own. */
  readonly storage?: SimulatedStorage;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A host that is none: real protocol, real TLS, invented guests. */
export interface SimulatedHost extends AgentSimulator, AsyncDisposable {
  readonly hostId: string;
  readonly hostName: string;
  readonly address: string;
  readonly port: number;
  readonly world: HostWorld;
  readonly vms: readonly SimulatedVm[];
  /** With what the caller calls them by. */
  readonly calls: readonly RecordedCall[];
  /** A guest does what it would do next: run, come up, let its agent speak, end. */
  step(vmId: string): void;
  /** Steps until the guest has this status. @throws Error when it never gets there. */
  stepUntil(vmId: string, status: VmStatus): void;
  /** Ends a task; by default with success. */
  readonly finishTask: HostWorld["tasks"]["finish"];
  /** QEMU dies. */
  crashVm(vmId: string): void;
  /** Someone shuts the guest down from inside. */
  shutDownFromInside(vmId: string): void;
  /** The guest is paused because its disk failed: `ENOSPC`, `EIO` or `EOTHER`. */
  pauseVmOnError(vmId: string, pauseCode: "ENOSPC" | "EIO" | "EOTHER"): void;
  /** The storage of guests that are so paused is back: each does what it was defined with. */
  readonly storageReturned: HostWorld["vms"]["storageReturned"];
  /** The agent starts again: connections end, calls are answered with 99 for a while, guests go on. */
  restart(): Promise<void>;
  /** In explicit mode the end of the recovery after `restart`. */
  finishRecovery(): void;
  /** The power is cut: connections end, the guests are gone, and nothing listens until `powerOn`. */
  powerOff(): Promise<void>;
  powerOn(): Promise<void>;
  /** The whole host stands still, as a paused machine: it answers nothing, writes nothing, renews no lease. */
  freeze(): void;
  /** It goes on. Was it still for too long, its leases are lost: its agent has been killed, and starts again. */
  thaw(): Promise<void>;
  /** The host does not reach a storage domain any more; without one, none. Its leases there are not renewed. */
  cutStorage(domainId?: string): void;
  restoreStorage(domainId?: string): void;
  /** New credentials for the connections from now on, as after a renewal. */
  useCredentials(credentials: HostCredentials): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulated host; it listens when this returns. */
export async function startSimulatedHost(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  const host = new Host(options);
  await host.powerOn();
  return host;
}

class Host implements SimulatedHost {
  readonly hostId: string;
  readonly hostName: string;
  readonly address: string;
  readonly world: HostWorld;
  readonly verbs: AgentSimulator["verbs"];
  readonly #options: SimulatedHostOptions;
  readonly #clock: Clock;
  readonly #times: Times;
  readonly #faults = new Faults();
  readonly #streams = new Set<FreezableStream>();
  readonly #ended = new AbortController();
  #credentials: HostCredentials | undefined;
  #server: AgentServer;
  #listener: Listener | undefined;
  #isSilent = false;
  #isRecovering = false;
  #port: number;

  constructor(options: SimulatedHostOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#times = { ...defaultTimes, ...options.times };
    this.#credentials = options.credentials;
    this.#port = options.port ?? 0;
    this.hostId = options.hostId ?? crypto.randomUUID();
    this.hostName = options.hostName ?? "simulated-host";
    this.address = options.listenAddress ?? "127.0.0.1";
    this.world = new HostWorld({
      hostId: this.hostId,
      hostName: this.hostName,
      hardware: { memoryMib: 65_536, cpuCores: 8, cpuSockets: 1, ...options.hardware },
      clock: this.#clock,
      times: this.#times,
      mode: options.mode ?? "auto",
      storage: options.storage,
      publish: (event) => this.#server.publish(event),
    });
    this.verbs = completeVerbs(this.world, simulatedVerbs(this.world), (verb, params, correlationId) =>
      this.#faults.before(verb as VerbName, params, correlationId),
    );
    this.#server = this.#serve();
  }

  get port(): number {
    return this.#port;
  }

  get calls(): readonly RecordedCall[] {
    return this.#faults.calls;
  }

  get vms(): readonly SimulatedVm[] {
    return this.world.vms.list();
  }

  get finishTask(): HostWorld["tasks"]["finish"] {
    return this.world.tasks.finish.bind(this.world.tasks);
  }

  get failNext(): AgentSimulator["failNext"] {
    return this.#faults.failNext.bind(this.#faults);
  }

  silence(): void {
    this.#isSilent = true;
    this.#faults.hold();
    for (const stream of this.#streams) stream.freeze();
  }

  speak(): void {
    this.#isSilent = false;
    this.#faults.release();
    for (const stream of this.#streams) stream.thaw();
  }

  step(vmId: string): void {
    this.world.vms.step(vmId);
  }

  stepUntil(vmId: string, status: VmStatus): void {
    for (let steps = 0; this.world.vms.get(vmId).status !== status; steps += 1) {
      if (steps > 10) throw new Error(`the guest ${vmId} never becomes "${status}"`);
      this.step(vmId);
    }
  }

  crashVm(vmId: string): void {
    const exit = {
      exitCode: 1,
      exitReason: vmExitReasons.lostQemuConnection,
      exitMessage: "Lost connection with qemu process",
    } as const;
    this.world.vms.become(vmId, "Down", { exit });
  }

  shutDownFromInside(vmId: string): void {
    const exit = {
      exitCode: 0,
      exitReason: vmExitReasons.userShutdown,
      exitMessage: "User shut down from within the guest",
    } as const;
    this.world.vms.become(vmId, "Down", { exit });
  }

  pauseVmOnError(vmId: string, pauseCode: "ENOSPC" | "EIO" | "EOTHER"): void {
    this.world.vms.become(vmId, "Paused", { pauseCode });
  }

  get storageReturned(): HostWorld["vms"]["storageReturned"] {
    return this.world.vms.storageReturned.bind(this.world.vms);
  }

  async restart(): Promise<void> {
    this.#isRecovering = true;
    this.world.endAgent();
    await this.#server.close();
    this.#server = this.#serve();
    if (this.#options.mode === "explicit") return;
    void this.#clock.sleep(this.#times.recoverMs, this.#ended.signal).then(
      () => this.finishRecovery(),
      () => undefined,
    );
  }

  finishRecovery(): void {
    this.#isRecovering = false;
  }

  async powerOff(): Promise<void> {
    this.world.endHost();
    await Promise.all([this.#server.close(), this.#listener?.close()]);
    this.#listener = undefined;
  }

  async powerOn(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#server = this.#serve();
    this.#listener = await listen({
      address: this.address,
      port: this.#port,
      credentials: this.#credentials,
      onConnection: (incoming) => this.#accept(incoming),
    });
    this.#port = this.#listener.port;
  }

  freeze(): void {
    this.world.session.stoppedAtMs ??= this.#clock.monotonicMs();
    this.world.tasks.standStill();
    this.silence();
  }

  async thaw(): Promise<void> {
    const isLost = this.world.hasLostLeases();
    if (isLost) this.world.endAgent();
    this.world.session.stoppedAtMs = undefined;
    this.world.tasks.goOn();
    this.speak();
    if (isLost) await this.restart();
  }

  cutStorage(domainId?: string): void {
    const { storage, session, pool } = this.world;
    storage.shared.cut(this.hostId, domainId);
    const simulated = pool && storage.pools.get(pool.poolId);
    if (simulated === undefined || (domainId !== undefined && domainId !== simulated.masterId)) return;
    session.stoppedAtMs ??= this.#clock.monotonicMs();
    // sanlock kills who uses a lease that it could not renew.
    void this.#clock.sleep(failMs(simulated) + TIMER_ERROR_MS, this.#ended.signal).then(
      () => (this.world.spm.state !== "Free" && this.world.hasLostLeases() ? this.restart() : undefined),
      () => undefined,
    );
  }

  restoreStorage(domainId?: string): void {
    this.world.storage.shared.restore(this.hostId, domainId);
    this.world.session.stoppedAtMs = undefined;
  }

  async useCredentials(credentials: HostCredentials): Promise<void> {
    this.#credentials = credentials;
    await Promise.all([this.#server.close(), this.#listener?.close()]);
    this.#listener = undefined;
    await this.powerOn();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    this.speak();
    this.world.tasks.close();
    await this.powerOff();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serve(): AgentServer {
    return serveAgent({
      verbs: this.verbs,
      isRecovering: () => this.#isRecovering,
      clock: this.#clock,
      log: this.#options.log ?? silentLog,
      checkResults: true,
      sinceBootMs: () => this.#clock.monotonicMs(),
    });
  }

  #accept({ socket, peer, protocol, firstBytes }: Incoming): void {
    if (protocol === "http") {
      if (firstBytes.length > 0) socket.unshift(firstBytes);
      imageServer(this.world).emit("connection", socket);
      socket.resume();
      return;
    }
    const stream = new FreezableStream(socket);
    this.#streams.add(stream);
    stream.on("close", () => this.#streams.delete(stream));
    if (this.#isSilent) stream.freeze();
    this.#server.accept(stream, peer, firstBytes);
  }
}
