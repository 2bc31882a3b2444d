import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { type AgentServer, serveAgent } from "@yagura/agent-protocol";
import { connect } from "@yagura/libvirt";
import type { Credentials } from "@yagura/pki";
import { createSanlock } from "@yagura/sanlock";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { mountsPath } from "@yagura/storage-format";
import { agentVerbs } from "./api/agent-verbs.ts";
import { formatVmStatus } from "./api/format-vm-stats.ts";
import { formatJob } from "./api/sdm.ts";
import type { AgentConfig } from "./config.ts";
import { sinceBootMs } from "./event-clock.ts";
import { readKvmSupport } from "./monitoring/kvm-support.ts";
import { HostWatch } from "./monitoring/watch-host.ts";
import { ensureInTurn, findGuestNetwork, type GuestNetwork, nicSourceOf } from "./network/guest-network.ts";
import type { Enrolled } from "./registration/enrol.ts";
import { rootCallsInProcess } from "./root/in-process.ts";
import { openStorage } from "./storage/open-storage.ts";
import type { Storage } from "./storage/storage.ts";
import { ImageHttp } from "./transport/image-http.ts";
import { Listener } from "./transport/listener.ts";
import { findPid } from "./virt/find-pid.ts";
import { openVirt, type Virt } from "./virt/open-virt.ts";
import { healthOf, imagesOf } from "./virt/storage-of-vms.ts";
import { tidyImages } from "./virt/tidy-images.ts";

export interface WorldOptions {
  readonly config: AgentConfig;
  readonly dataDirectory: string;
  readonly enrolled: Enrolled;
  readonly log: Log;
  readonly clock?: Clock;
}

/** A running agent. */
export interface World extends AsyncDisposable {
  readonly port: number;
  renewCertificate(credentials: Credentials): void;
  /** Stops serving. Guests are not touched. */
  close(): Promise<void>;
}

/** The only place where services are constructed; they are stopped in reverse order. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { config, enrolled, log, clock = systemClock } = options;
  await using stack = new AsyncDisposableStack();
  const version = await readVersion();
  const kvm = await readKvmSupport();
  if (!kvm.isUsable) log.warn("guests will be emulated, which is SLOW", { because: kvm.because });
  const guestNetwork: GuestNetwork = findGuestNetwork(config.guestNetwork) ?? { kind: "user" };

  const storage = stack.use(await openOwnStorage(options, clock));
  const nvramDirectory = await findNvramDirectory(options);
  const domainType = kvm.isUsable ? "kvm" : "qemu";
  const virt = openOwnVirt(options, { clock, storage, guestNetwork, domainType, nvramDirectory });
  const hostWatch = new HostWatch({
    clock,
    log,
    onNetworkChange: () => agent.publish({ event: "host_conn", id: "no_id", params: {} }),
  });
  const verbs = agentVerbs({
    virt: virt.context,
    sampler: virt.sampler,
    storage,
    hostId: enrolled.hostId,
    version,
    kvm,
    managementAddress: config.address || undefined,
    guestNetworkBridge: guestNetwork.kind === "bridge" ? guestNetwork.name : undefined,
    readHostUsage: () => hostWatch.usage(),
    readHypervisorFacts: () => virt.readFacts(),
  });
  const { isRecovering } = virt;
  const agent: AgentServer = stack.use(serveAgent({ verbs, isRecovering, clock, log: log.with({ part: "protocol" }) }));
  stack.defer(
    virt.context.vms.onChange((vm, change) => {
      if (change !== "status") return;
      const details = formatVmStatus(vm.view, clock.nowMs());
      agent.publish({ event: "VM_status", id: vm.id, params: { [vm.id]: details } });
    }),
  );

  stack.defer(
    storage.jobs.onChange((job) => agent.publish({ event: "job_status", id: job.jobId, params: formatJob(job) })),
  );

  const http = new ImageHttp({ images: storage.images, log: log.with({ part: "http" }), isRecovering });
  const listener = stack.use(
    await Listener.open({
      address: config.listenAddress,
      port: config.port,
      credentials: enrolled.credentials,
      log: log.with({ part: "listener" }),
      agent,
      serveHttp: (socket, firstBytes, peer) => http.serve(socket, firstBytes, peer),
    }),
  );
  const stop = new AbortController();
  const watching = [virt.watch(stop.signal), hostWatch.watch(stop.signal)];
  stack.defer(async () => {
    stop.abort(new Error("the agent is stopping"));
    await Promise.allSettled(watching);
  });

  const services = stack.move();
  return {
    port: listener.port,
    renewCertificate: (credentials) => listener.renew(credentials),
    close: () => services.disposeAsync(),
    [Symbol.asyncDispose]: () => services.disposeAsync(),
  };
}

function openOwnStorage({ config, dataDirectory, log }: WorldOptions, clock: Clock): Promise<Storage> {
  const repositoryPath = config.repository || join(dataDirectory, "data-center");
  return openStorage({
    repositoryPath,
    runPath: join(dataDirectory, "run", "storage"),
    clock,
    log: log.with({ part: "storage" }),
    sanlock: createSanlock(config.sanlockSocket === "" ? {} : { socketPath: config.sanlockSocket }),
    root: rootCallsInProcess(undefined, mountsPath(repositoryPath)),
  });
}

interface VirtParts {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly guestNetwork: GuestNetwork;
  readonly domainType: "kvm" | "qemu";
  readonly nvramDirectory: string;
}

function openOwnVirt(
  { config, log }: WorldOptions,
  { clock, storage, guestNetwork, domainType, nvramDirectory }: VirtParts,
): Virt {
  const { uri, socketPath } = config.libvirt;
  const runtimeDirectory = process.env["XDG_RUNTIME_DIR"];
  const virt = openVirt({
    clock,
    clocks: { nowMs: () => clock.nowMs(), sinceBootMs },
    log,
    domainType,
    displayAddress: config.displayAddress,
    nicSource: nicSourceOf(guestNetwork),
    nvramDirectory,
    images: imagesOf(storage),
    storageHealth: healthOf(storage),
    connect: (signal) =>
      connect({ uri, signal, clock, log, runtimeDirectory, ...(socketPath !== "" && { socketPath }) }),
    ensureGuestNetwork: ensureInTurn(guestNetwork, log),
    findPid: (vmName) => findPid(socketPath === "" ? "/run/libvirt" : dirname(socketPath), vmName),
    randomPassword: () => randomBytes(6).toString("base64url"),
    async onRecovered() {
      const vms = virt.context.vms.list().map((vm) => vm.view);
      try {
        await tidyImages(storage.images, vms, log);
      } catch (error) {
        log.warn("could not look for unused images", { error: describeError(error) });
      }
    },
  });
  return virt;
}

/** libvirt's own, where QEMU's user gets to; without root libvirt and QEMU are of our user, and may come to ours. */
async function findNvramDirectory({ config, dataDirectory }: WorldOptions): Promise<string> {
  if (config.libvirt.uri === "qemu:///system") return "/var/lib/libvirt/qemu/nvram";
  const directory = join(dataDirectory, "nvram");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** The name under which this host introduces itself unless told otherwise. */
export function systemHostName(): string {
  return hostname();
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version }: { version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : "0";
}
