import { AsyncLocalStorage } from "node:async_hooks";
import { type AgentEvent, AgentFault } from "@yagura/agent-protocol";
import type { DomainDescription } from "@yagura/domain-xml";
import type { Clock } from "@yagura/std/clock.ts";
import { formatBytes, MiB } from "@yagura/std/units.ts";
import { Jobs } from "./jobs.ts";
import { failMs, holderOf, type LeaseSession } from "./leases.ts";
import { SpmRole } from "./spm-role.ts";
import { HostStorage, type SimulatedPool, SimulatedStorage } from "./storage.ts";
import { Tasks } from "./tasks.ts";
import type { Times } from "./times.ts";
import { Vms } from "./vms.ts";

export interface HostHardware {
  readonly memoryMib: number;
  readonly cpuCores: number;
  readonly cpuSockets: number;
}

export interface HostWorldOptions {
  readonly hostId: string;
  readonly hostName: string;
  readonly hardware: HostHardware;
  readonly clock: Clock;
  readonly times: Times;
  readonly mode: "auto" | "explicit";
  readonly storage: SimulatedStorage | undefined;
  readonly publish: (event: AgentEvent) => void;
}

/** Everything a simulated host has and knows; the verbs work on it. */
export class HostWorld {
  readonly hostId: string;
  readonly hostName: string;
  readonly hardware: HostHardware;
  readonly clock: Clock;
  readonly storage: HostStorage;
  readonly tasks: Tasks;
  readonly jobs: Jobs;
  readonly vms: Vms;
  /** Paths of storage servers, by the id of their connection. */
  readonly connections = new Map<string, string>();
  /** The pool this host is connected to, its number there, and which domains it was told are part of it. */
  pool: { readonly poolId: string; readonly number: number; readonly domainIds: Set<string> } | undefined;
  networks: readonly string[] = ["ovirtmgmt"];
  readonly spm: SpmRole;
  /** The host in the lockspace, since it was switched on. */
  session: LeaseSession = { stoppedAtMs: undefined };
  /** The epoch of the SPM that the call under way is meant for. */
  readonly epochOfCall = new AsyncLocalStorage<number | undefined>();

  constructor(options: HostWorldOptions) {
    const { clock, times, mode, publish } = options;
    this.hostId = options.hostId;
    this.hostName = options.hostName;
    this.hardware = options.hardware;
    this.clock = clock;
    this.storage = new HostStorage(options.storage ?? new SimulatedStorage(), options.hostId, this.connections);
    this.tasks = new Tasks({ clock, mode, taskMs: times.taskMs });
    this.jobs = new Jobs({
      clock,
      mode,
      jobMs: times.jobMs,
      session: () => this.session,
      leaseMs: () => (this.pool && this.storage.pools.get(this.pool.poolId)?.leaseMs) ?? 0,
    });
    this.spm = new SpmRole({
      hostId: options.hostId,
      clock,
      tasks: this.tasks,
      session: () => this.session,
      reaches: ({ masterId }) => this.storage.sees(masterId),
    });
    const findStartProblem = (domain: DomainDescription) => this.#findStartProblem(domain);
    this.vms = new Vms({ clock, times, mode, publish, findStartProblem });
  }

  get usedMemoryMib(): number {
    const running = this.vms.list().filter(({ status }) => status !== "Down");
    return Math.round(running.reduce((sum, { domain }) => sum + domain.memoryBytes, 0) / MiB);
  }

  /** @throws AgentFault StoragePoolUnknown unless this host is connected to the pool. */
  getConnectedPool(poolId: string): SimulatedPool {
    if (this.pool?.poolId !== poolId) throw new AgentFault("StoragePoolUnknown", { spUUID: poolId });
    return this.storage.getPool(poolId);
  }

  /** @throws AgentFault 654 unless this host is the SPM of the pool, and in the epoch that is meant. */
  getPoolAsSpm(poolId: string): SimulatedPool {
    const pool = this.getConnectedPool(poolId);
    const isHolder = holderOf(pool, this.clock.monotonicMs())?.session === this.session;
    const epoch = this.epochOfCall.getStore() ?? this.spm.epoch;
    if (this.spm.state !== "SPM" || !isHolder || epoch !== this.spm.epoch) {
      throw new AgentFault("NotSPM", { spUUID: poolId });
    }
    return pool;
  }

  /** The agent ends: what it was and what it was told is gone. sanlock lives on, and gives its leases back if it still has them. */
  endAgent(): void {
    if (this.hasLostLeases()) this.session = { stoppedAtMs: undefined };
    for (const pool of this.storage.pools.values()) this.spm.release(pool);
    this.jobs.endAgent();
    this.#forget();
  }

  /** Whether the host has given no sign of life on the storage for so long that sanlock has given it up. */
  hasLostLeases(): boolean {
    const { stoppedAtMs } = this.session;
    const pool = this.pool && this.storage.pools.get(this.pool.poolId);
    return pool !== undefined && stoppedAtMs !== undefined && this.clock.monotonicMs() - stoppedAtMs >= failMs(pool);
  }

  /** The power is cut: nobody gives anything back. */
  endHost(): void {
    this.session.stoppedAtMs ??= this.clock.monotonicMs();
    this.session = { stoppedAtMs: undefined };
    this.#forget();
    this.vms.forgetAll();
    this.connections.clear();
  }

  #forget(): void {
    this.spm.forget();
    this.tasks.die();
    this.jobs.die();
    this.pool = undefined;
  }

  #findStartProblem(domain: DomainDescription): string | undefined {
    for (const { volume } of domain.disks) {
      if (volume === undefined) continue;
      const images = this.storage.domains.get(volume.domainId)?.images;
      if (images?.get(volume.imageId)?.has(volume.volumeId) !== true) {
        return `Bad volume specification: volume ${volume.volumeId} does not exist`;
      }
    }
    const freeMib = this.hardware.memoryMib - this.usedMemoryMib;
    return domain.memoryBytes <= freeMib * MiB
      ? undefined
      : `cannot set up guest memory: ${formatBytes(domain.memoryBytes)} wanted, ${freeMib} MiB free`;
  }
}
