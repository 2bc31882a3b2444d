import type { NicSource } from "@yagura/domain-xml";
import type { Connection } from "@yagura/libvirt";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { LibvirtNetworks } from "../network/guest-network.ts";
import { adoptDomain } from "./adopt-domain.ts";
import { followDomain } from "./follow-domain.ts";
import { GuestPoller } from "./guest-agent.ts";
import { type HypervisorFacts, readHypervisorFacts } from "./hypervisor-facts.ts";
import { keepPauseRecord } from "./keep-pause-record.ts";
import { libvirtCalls } from "./libvirt-calls.ts";
import { LibvirtHypervisor } from "./libvirt-hypervisor.ts";
import { LibvirtLink } from "./libvirt-link.ts";
import { libvirtNetworks } from "./libvirt-networks.ts";
import { readQemuUser } from "./qemu-user.ts";
import { recoverVms } from "./recover-vms.ts";
import { PausedVms } from "./resume-paused.ts";
import { VmSampler } from "./sample-vms.ts";
import type { StorageHealth } from "./storage-health.ts";
import { subscribeDomainEvents } from "./subscribe-domain-events.ts";
import type { DiskImages, VirtContext } from "./virt-context.ts";
import type { VmClocks } from "./vm.ts";
import { Vms } from "./vms.ts";

export interface VirtOptions {
  readonly clock: Clock;
  readonly clocks: VmClocks;
  readonly log: Log;
  readonly images: DiskImages;
  /** What VMs that their storage has paused wait for. */
  readonly storageHealth: StorageHealth;
  readonly domainType: "kvm" | "qemu";
  readonly displayAddress: string;
  readonly nicSource: NicSource;
  readonly nvramDirectory: string;
  connect(signal: AbortSignal): Promise<Connection>;
  ensureGuestNetwork(libvirt: LibvirtNetworks): Promise<void>;
  findPid(vmName: string): Promise<number | undefined>;
  randomPassword(): string;
  /** All VMs are adopted: after the start, and again each time libvirt came back. */
  onRecovered?(): Promise<void>;
}

/** The half of the agent that runs VMs. */
export interface Virt {
  readonly context: VirtContext;
  readonly hypervisor: LibvirtHypervisor;
  readonly sampler: VmSampler;
  /** True until libvirt has been asked for the first time what runs. */
  isRecovering(): boolean;
  /** What libvirt says of this host; remembered until libvirt is lost. */
  readFacts(): Promise<HypervisorFacts>;
  /** Keeps everything true until aborted; then nothing is left but the guests. */
  watch(signal: AbortSignal): Promise<void>;
}

/** Puts the half together that runs VMs. Nothing happens before `watch`. */
export function openVirt(options: VirtOptions): Virt {
  const { clock, clocks, log, images, domainType } = options;
  const vms = new Vms(clocks);
  let isRecovering = true;
  let facts: Promise<HypervisorFacts> | undefined;
  const readFacts = (): Promise<HypervisorFacts> => {
    facts ??= readHypervisorFacts(call, domainType);
    facts.catch(() => {
      facts = undefined; // Asked again by the next who needs it.
    });
    return facts;
  };

  const link = new LibvirtLink({
    clock,
    log: log.with({ part: "libvirt" }),
    connect: (signal) => options.connect(signal),
    prepare: (operations) =>
      subscribeDomainEvents(operations, (event) =>
        followDomain(context, event, { onGuestAgent: (vm) => poller.connected(vm) }),
      ),
    async onConnected() {
      facts = undefined;
      // Asked for now, because the first time libvirt has to examine QEMU.
      readFacts().catch((error: unknown) => log.warn("cannot read capabilities", { error: describeError(error) }));
      log.info("recovery is done", { ...(await recoverVms(context)) });
      isRecovering = false;
      poller.tick();
      // Not waited for: it asks the storage, which may be silent, and the guests are adopted already.
      void options
        .onRecovered?.()
        .catch((error: unknown) => log.warn("what follows the recovery failed", { error: describeError(error) }));
    },
    onLost() {
      for (const vm of vms.list()) vm.setResponding(false);
    },
  });
  const call = libvirtCalls(link);
  const hypervisor = new LibvirtHypervisor(link, call);
  const networks = libvirtNetworks(call);
  const context: VirtContext = {
    vms,
    hypervisor,
    images,
    clock,
    clocks,
    log: log.with({ part: "virt" }),
    domainType,
    displayAddress: options.displayAddress,
    nicSource: options.nicSource,
    nvramDirectory: options.nvramDirectory,
    ensureGuestNetwork: () => options.ensureGuestNetwork(networks),
    readQemuUser: async () => readQemuUser((await readFacts()).capabilitiesXml, domainType),
    findPid: (vmName) => options.findPid(vmName),
    randomPassword: () => options.randomPassword(),
  };
  const poller = new GuestPoller({ vms, hypervisor, clock, log: log.with({ part: "guests" }) });
  const sampler = new VmSampler({
    vms,
    hypervisor,
    clock,
    log: log.with({ part: "sampling" }),
    onDoubt: (vm) => vms.inTurn(vm.id, () => adoptDomain(context, vm)),
  });
  const paused = new PausedVms(context, options.storageHealth);
  vms.onChange(keepPauseRecord(context));
  return {
    context,
    hypervisor,
    sampler,
    readFacts,
    isRecovering: () => isRecovering,
    async watch(signal) {
      await Promise.allSettled([link.watch(signal), sampler.watch(signal), poller.watch(signal), paused.watch(signal)]);
    },
  };
}
