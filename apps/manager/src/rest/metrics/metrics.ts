import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Db } from "../../db/database.ts";
import { countByStatus, countedKinds, countRows, unstatedKinds } from "../../db/queries/count-by-status.ts";

const NANOSECONDS_PER_SECOND = 1e9;
const SLOWNESS_SECONDS = [0.005, 0.025, 0.1, 0.5, 2, 10, 60];

const units: Readonly<Record<(typeof countedKinds)[number] | (typeof unstatedKinds)[number], string>> = {
  data_centers: "Data centers",
  hosts: "Hosts",
  storage_domains: "Storage domains",
  disks: "Disks",
  templates: "Templates",
  vms: "Virtual machines",
  jobs: "Jobs that are remembered",
  sagas: "Pieces of work with a journal",
  clusters: "Clusters",
  networks: "Networks",
  users: "Users",
  sessions: "Sessions",
};

/** What a request was, after its answer. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route, without the ids of what was asked for: `/vms/:vm`. */
  readonly route: string;
  readonly statusCode: number;
  readonly durationMs: number;
}

/** What the Manager can tell of itself in numbers, in the text format of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #db: Db;
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });

  constructor(db: Db, version: string) {
    this.#db = db;
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: "yagura_api_requests_total",
      help: "Requests of the API that were answered, by route and the class of the answer's status",
      labelNames: ["method", "route", "answer"],
      registers,
    });
    this.#durations = new Histogram({
      name: "yagura_api_request_duration_seconds",
      help: "From the first byte of a request to the last one of its answer",
      labelNames: ["method", "route"],
      buckets: SLOWNESS_SECONDS,
      registers,
    });
    new Gauge({
      name: "yagura_build_info",
      help: "The version that runs",
      labelNames: ["version"],
      registers,
    }).set({ version }, 1);
    this.#delay.enable();
    this.#describeProcess(registers);
    this.#describeInventory(registers);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  observe({ method, route, statusCode, durationMs }: AnsweredRequest): void {
    this.#requests.inc({ method, route, answer: `${Math.floor(statusCode / 100)}xx` });
    this.#durations.observe({ method, route }, durationMs / 1000);
  }

  /** Everything, read now; the inventory by one query for each kind. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.disable();
  }

  /** A family for each kind of object, by status where it has one. */
  #describeInventory(registers: Registry[]): void {
    const db = this.#db;
    for (const kind of countedKinds) {
      new Gauge({
        name: `yagura_${kind}`,
        help: `${units[kind]} by status`,
        labelNames: ["status"],
        registers,
        async collect() {
          const counts = await countByStatus(db, kind);
          // A status that nothing has any more is not told as it was.
          this.reset();
          for (const [status, count] of counts) this.set({ status }, count);
        },
      });
    }
    for (const kind of unstatedKinds) {
      new Gauge({
        name: `yagura_${kind}`,
        help: units[kind],
        registers,
        async collect() {
          this.set(await countRows(db, kind));
        },
      });
    }
  }

  #describeProcess(registers: Registry[]): void {
    const delay = this.#delay;
    new Gauge({
      name: "yagura_event_loop_delay_seconds",
      help: "How late timers are, since the last time this was asked",
      labelNames: ["quantile"],
      registers,
      collect() {
        for (const percentile of [50, 99, 100]) {
          this.set({ quantile: percentile / 100 }, delay.percentile(percentile) / NANOSECONDS_PER_SECOND);
        }
        delay.reset();
      },
    });
    new Gauge({
      name: "process_resident_memory_bytes",
      help: "Memory of the Manager's process",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    new Counter({
      name: "process_cpu_seconds_total",
      help: "Time of a processor that the Manager's process has taken",
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
  }
}
