import { type AgentEvent, AgentFault } from "@yagura/agent-protocol";
import type { DomainDescription } from "@yagura/domain-xml";
import type { Clock } from "@yagura/std/clock.ts";
import { formatBytes, MiB } from "@yagura/std/units.ts";
import { type SimulatedPool, SimulatedStorage } from "./storage.ts";
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
  readonly storage: SimulatedStorage;
  readonly tasks: Tasks;
  readonly vms: Vms;
  /** Paths of storage servers, by the id of their connection. */
  readonly connections = new Map<string, string>();
  /** The pool this host is connected to, and its number there. */
  pool: { readonly poolId: string; readonly number: number } | undefined;
  networks: readonly string[] = ["ovirtmgmt"];

  constructor(options: HostWorldOptions) {
    const { clock, times, mode, publish } = options;
    this.hostId = options.hostId;
    this.hostName = options.hostName;
    this.hardware = options.hardware;
    this.clock = clock;
    this.storage = options.storage ?? new SimulatedStorage();
    this.tasks = new Tasks({ clock, mode, taskMs: times.taskMs });
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

  /** @throws AgentFault 654 unless this host is the SPM of the pool. */
  getPoolAsSpm(poolId: string): SimulatedPool {
    const pool = this.getConnectedPool(poolId);
    if (pool.spm?.hostId !== this.hostId) throw new AgentFault("NotSPM", { spUUID: poolId });
    return pool;
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
