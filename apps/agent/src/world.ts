import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { type AgentServer, serveAgent } from "@yagura/agent-protocol";
import { connect } from "@yagura/libvirt";
import type { Credentials } from "@yagura/pki";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { agentVerbs } from "./api/agent-verbs.ts";
import { formatVmStatus } from "./api/format-vm-stats.ts";
import type { AgentConfig } from "./config.ts";
import { sinceBootMs } from "./event-clock.ts";
import { readKvmSupport } from "./monitoring/kvm-support.ts";
import { findUserName, parseGroupsOf } from "./monitoring/proc-files.ts";
import { HostWatch } from "./monitoring/watch-host.ts";
import { ensureGuestNetwork, findGuestNetwork, type GuestNetwork, nicSourceOf } from "./network/guest-network.ts";
import type { Enrolled } from "./registration/enrol.ts";
import { rootCallsInProcess } from "./root/in-process.ts";
import { openStorage } from "./storage/open-storage.ts";
import { ImageHttp } from "./transport/image-http.ts";
import { Listener } from "./transport/listener.ts";
import { adoptDomain } from "./virt/adopt-domain.ts";
import { followDomain } from "./virt/follow-domain.ts";
import { GuestPoller } from "./virt/guest-agent.ts";
import { type HypervisorFacts, LibvirtHypervisor } from "./virt/libvirt-hypervisor.ts";
import { LibvirtLink } from "./virt/libvirt-link.ts";
import { findQemuUser } from "./virt/qemu-user.ts";
import { recoverVms } from "./virt/recover-vms.ts";
import { VmSampler } from "./virt/sample-vms.ts";
import { subscribeDomainEvents } from "./virt/subscribe-domain-events.ts";
import { tidyImages } from "./virt/tidy-images.ts";
import type { DiskImages, VirtContext } from "./virt/virt-context.ts";
import { Vms } from "./virt/vms.ts";

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
export async function openWorld({
  config,
  dataDirectory,
  enrolled,
  log,
  clock = systemClock,
}: WorldOptions): Promise<World> {
  const stop = new AbortController();
  await using stack = new AsyncDisposableStack();
  const version = await readVersion();
  const kvm = await readKvmSupport();
  const domainType = kvm.isUsable ? "kvm" : "qemu";
  if (!kvm.isUsable) log.warn("guests will be emulated, which is SLOW", { because: kvm.because });
  const guestNetwork: GuestNetwork = findGuestNetwork(config.guestNetwork) ?? { kind: "user" };

  const storage = stack.use(
    await openStorage({
      repositoryPath: config.repository || join(dataDirectory, "data-center"),
      runPath: join(dataDirectory, "run", "storage"),
      clock,
      log: log.with({ part: "storage" }),
      root: rootCallsInProcess(),
    }),
  );
  const images: DiskImages = {
    async prepare(volume) {
      const { kind, path, chain } = await storage.images.prepare(volume);
      return { kind, path, chainPaths: chain.map((one) => one.path).toReversed() };
    },
    teardown: ({ domainId, imageId }) => storage.images.teardown(domainId, imageId),
  };

  const clocks = { nowMs: () => clock.nowMs(), sinceBootMs };
  const vms = new Vms(clocks);
  let isRecovering = true;
  let facts: Promise<HypervisorFacts> | undefined;
  const link = new LibvirtLink({
    clock,
    log: log.with({ part: "libvirt" }),
    connect: (signal) =>
      connect({
        uri: config.libvirt.uri,
        signal,
        clock,
        log,
        ...(config.libvirt.socketPath !== "" && { socketPath: config.libvirt.socketPath }),
        runtimeDirectory: process.env["XDG_RUNTIME_DIR"],
      }),
    prepare: (operations) =>
      subscribeDomainEvents(operations, (event) =>
        followDomain(virt, event, { onGuestAgent: (vm) => poller.connected(vm) }),
      ),
    async onConnected() {
      facts = undefined;
      // Asked for now, because the first time libvirt has to examine QEMU.
      readFacts().catch((error: unknown) =>
        log.warn("cannot read libvirt's capabilities", { error: describeError(error) }),
      );
      const report = await recoverVms(virt);
      log.info("recovery is done", { ...report });
      isRecovering = false;
      poller.tick();
      await tidyImages(
        storage.images,
        vms.list().map((vm) => vm.view),
        log,
      ).catch((error: unknown) => log.warn("could not look for unused images", { error: describeError(error) }));
    },
    onLost() {
      for (const vm of vms.list()) vm.setResponding(false);
    },
  });
  const hypervisor = new LibvirtHypervisor(link);
  const readFacts = (): Promise<HypervisorFacts> => {
    facts ??= hypervisor.readFacts(domainType);
    facts.catch(() => {
      facts = undefined; // Asked again by the next who needs it.
    });
    return facts;
  };
  const virt: VirtContext = {
    vms,
    hypervisor,
    images,
    clock,
    clocks,
    log: log.with({ part: "virt" }),
    domainType,
    displayAddress: config.displayAddress,
    nicSource: nicSourceOf(guestNetwork),
    ensureGuestNetwork: () => ensureGuestNetwork(guestNetwork, hypervisor, log),
    readQemuUser: async () => readQemuUser((await readFacts()).capabilitiesXml, domainType),
    findPid: (vmName) => findPid(config, vmName),
    randomPassword: () => randomBytes(6).toString("base64url"),
  };
  const poller = new GuestPoller({ vms, hypervisor, clock, log: log.with({ part: "guests" }) });
  const sampler = new VmSampler({
    vms,
    hypervisor,
    clock,
    log: log.with({ part: "sampling" }),
    onMissing: (vm) => vms.inTurn(vm.id, () => adoptDomain(virt, vm)),
  });
  const hostWatch = new HostWatch({
    clock,
    log,
    onNetworkChange: () => agent.publish({ event: "host_conn", id: "no_id", params: {} }),
  });

  const verbs = agentVerbs({
    virt,
    sampler,
    storage,
    hostId: enrolled.hostId,
    version,
    kvm,
    managementAddress: config.address || undefined,
    guestNetworkBridge: guestNetwork.kind === "bridge" ? guestNetwork.name : undefined,
    readHostUsage: () => hostWatch.usage(),
    readHypervisorFacts: readFacts,
    noteConnectivity: () => undefined,
  });
  const agent: AgentServer = stack.use(
    serveAgent({ verbs, isRecovering: () => isRecovering, clock, log: log.with({ part: "protocol" }) }),
  );
  stack.defer(
    vms.onChange((vm, change) => {
      if (change !== "status") return;
      const details = formatVmStatus(vm.view, clock.nowMs());
      agent.publish({ event: "VM_status", id: vm.id, params: { [vm.id]: details } });
    }),
  );

  const http = new ImageHttp({
    images: storage.images,
    log: log.with({ part: "http" }),
    isRecovering: () => isRecovering,
  });
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

  const watching = [
    link.watch(stop.signal),
    sampler.watch(stop.signal),
    poller.watch(stop.signal),
    hostWatch.watch(stop.signal),
  ];
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

/** The name under which this host introduces itself unless told otherwise. */
export function systemHostName(): string {
  return hostname();
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version }: { version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : "0";
}

async function readQemuUser(capabilitiesXml: string, domainType: "kvm" | "qemu") {
  const user = findQemuUser(capabilitiesXml, domainType);
  if (user === undefined) return undefined;
  const [passwd, groups] = await Promise.all([readFile("/etc/passwd", "utf8"), readFile("/etc/group", "utf8")]);
  const name = findUserName(user.uid, passwd);
  return { ...user, groups: name === undefined ? [] : parseGroupsOf(name, groups) };
}

/** libvirt writes the process of each guest beside its sockets; which folder depends on the daemon. */
async function findPid({ libvirt }: AgentConfig, vmName: string): Promise<number | undefined> {
  const run = libvirt.socketPath === "" ? "/run/libvirt" : dirname(libvirt.socketPath);
  for (const folder of ["qemu", "qemu/run"]) {
    try {
      const pid = Number(await readFile(join(run, folder, `${vmName}.pid`), "utf8"));
      if (Number.isInteger(pid) && pid > 0) return pid;
    } catch {
      // The other folder may have it; without either the process is simply not known.
    }
  }
  return undefined;
}
