import { formatUuid, isNoDomain, paramsToObject, parseUuid } from "@yagura/libvirt";
import { findId, type VmId } from "@yagura/std/ids.ts";
import type {
  DiskErrorReport,
  DomainRef,
  DomainStateNumbers,
  Hypervisor,
  MetadataElement,
  Picture,
} from "./hypervisor.ts";
import { CALL_MS_MAX, type LibvirtCalls, START_MS_MAX } from "./libvirt-calls.ts";
import type { LibvirtLink } from "./libvirt-link.ts";
import type { StatsRow } from "./vm-usage.ts";

/** A picture of 4096 x 4096 points. */
const PICTURE_BYTES_MAX = 64 * 1024 * 1024;
/** What a guest may answer; the agent's own limit is lower. */
const AGENT_ANSWER_CHARS_MAX = 1024 * 1024;
const AGENT_TIMEOUT_SECONDS = 5;
/** The most that libvirt's protocol lets one ask for (REMOTE_DOMAIN_DISK_ERRORS_MAX). */
const DISKS_MAX = 256;
/** virDomainDiskErrorCode; 1 is "something". */
const NO_ERROR = 0;
const NO_SPACE = 2;

const flags = {
  startPaused: 1,
  destroyGraceful: 1,
  shutdownAcpi: 1,
  shutdownAgent: 2,
  affectLive: 1,
  affectConfig: 2,
  metadataElement: 2,
  /** Managed save, snapshots and checkpoints go; the firmware's variables and the TPM's state stay: docs/decisions/0006. */
  undefine: 1 | 2 | 8 | 16 | 64,
  /** STATE, CPU_TOTAL, BALLOON, VCPU, INTERFACE, BLOCK. */
  stats: 1 | 2 | 4 | 8 | 16 | 32,
  resizeBytes: 1,
  statsActive: 1,
  /** Domains whose monitor is busy are left out instead of waited for. */
  statsNoWait: 2 ** 29,
} as const;

/** The domains of a libvirtd, over its own protocol, as the agent uses them. Each method is one call or two. */
export class LibvirtHypervisor implements Hypervisor {
  readonly #link: LibvirtLink;
  readonly #call: LibvirtCalls;

  constructor(link: LibvirtLink, call: LibvirtCalls) {
    this.#link = link;
    this.#call = call;
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  async listDomains(): Promise<DomainRef[]> {
    const { domains } = await this.#call("listing domains", ({ remote }, options) =>
      remote.connectListAllDomains({ needResults: 1 }, options),
    );
    return domains.flatMap(({ name, uuid, id }) => {
      const vmId = findId<VmId>(formatUuid(uuid));
      return vmId === undefined ? [] : [{ vmId, name, isActive: id >= 0 }];
    });
  }

  async getXml(vmId: VmId): Promise<string> {
    const { xml } = await this.#call(`reading the domain ${vmId}`, ({ remote }, options) =>
      remote.domainGetXmlDesc({ dom: domainOf(vmId), flags: 0 }, options),
    );
    return xml;
  }

  async findState(vmId: VmId): Promise<DomainStateNumbers | undefined> {
    try {
      return await this.#call(`asking for the state of ${vmId}`, ({ remote }, options) =>
        remote.domainGetState({ dom: domainOf(vmId) }, options),
      );
    } catch (error) {
      if (isNoDomain(error)) return undefined;
      throw error;
    }
  }

  async define(xml: string): Promise<void> {
    await this.#call("defining a domain", ({ remote }, options) => remote.domainDefineXmlFlags({ xml }, options));
  }

  async start(vmId: VmId, { isPaused }: { readonly isPaused: boolean }): Promise<void> {
    await this.#call(
      `starting ${vmId}`,
      ({ remote }, options) =>
        remote.domainCreateWithFlags({ dom: domainOf(vmId), flags: isPaused ? flags.startPaused : 0 }, options),
      { timeoutMs: START_MS_MAX },
    );
  }

  async destroy(vmId: VmId, { isGraceful }: { readonly isGraceful: boolean }): Promise<void> {
    await this.#call(
      `destroying ${vmId}`,
      ({ remote }, options) =>
        remote.domainDestroyFlags({ dom: domainOf(vmId), flags: isGraceful ? flags.destroyGraceful : 0 }, options),
      { timeoutMs: 2 * CALL_MS_MAX },
    );
  }

  async undefine(vmId: VmId): Promise<void> {
    await this.#call(`undefining ${vmId}`, ({ remote }, options) =>
      remote.domainUndefineFlags({ dom: domainOf(vmId), flags: flags.undefine }, options),
    );
  }

  async suspend(vmId: VmId): Promise<void> {
    await this.#call(`pausing ${vmId}`, ({ remote }, options) =>
      remote.domainSuspend({ dom: domainOf(vmId) }, options),
    );
  }

  async resume(vmId: VmId): Promise<void> {
    await this.#call(`resuming ${vmId}`, ({ remote }, options) =>
      remote.domainResume({ dom: domainOf(vmId) }, options),
    );
  }

  async reset(vmId: VmId): Promise<void> {
    await this.#call(`resetting ${vmId}`, ({ remote }, options) =>
      remote.domainReset({ dom: domainOf(vmId) }, options),
    );
  }

  async shutdown(vmId: VmId, by: "guest-agent" | "acpi"): Promise<void> {
    await this.#call(
      `shutting down ${vmId}`,
      ({ remote }, options) => remote.domainShutdownFlags({ dom: domainOf(vmId), flags: askedBy(by) }, options),
      { purpose: by === "guest-agent" ? "guests" : "operations" },
    );
  }

  async reboot(vmId: VmId, by: "guest-agent" | "acpi"): Promise<void> {
    await this.#call(
      `rebooting ${vmId}`,
      ({ remote }, options) => remote.domainReboot({ dom: domainOf(vmId), flags: askedBy(by) }, options),
      { purpose: by === "guest-agent" ? "guests" : "operations" },
    );
  }

  async setMetadata(
    vmId: VmId,
    { prefix, namespace, xml }: MetadataElement,
    { isActive }: { isActive: boolean },
  ): Promise<void> {
    await this.#call(`writing metadata of ${vmId}`, ({ remote }, options) =>
      remote.domainSetMetadata(
        {
          dom: domainOf(vmId),
          type: flags.metadataElement,
          metadata: xml,
          key: prefix,
          uri: namespace,
          flags: flags.affectConfig | (isActive ? flags.affectLive : 0),
        },
        options,
      ),
    );
  }

  async updateDevice(vmId: VmId, xml: string): Promise<void> {
    await this.#call(`changing a device of ${vmId}`, ({ remote }, options) =>
      remote.domainUpdateDeviceFlags({ dom: domainOf(vmId), xml, flags: flags.affectLive }, options),
    );
  }

  async readDiskCapacity(vmId: VmId, target: string): Promise<number> {
    const { capacity } = await this.#call(`asking for the size of ${target} of ${vmId}`, ({ remote }, options) =>
      remote.domainGetBlockInfo({ dom: domainOf(vmId), path: target }, options),
    );
    return capacity;
  }

  async resizeDisk(vmId: VmId, target: string, capacityBytes: number): Promise<void> {
    await this.#call(`extending ${target} of ${vmId}`, ({ remote }, options) =>
      remote.domainBlockResize(
        { dom: domainOf(vmId), disk: target, size: capacityBytes, flags: flags.resizeBytes },
        options,
      ),
    );
  }

  async readDiskErrors(vmId: VmId): Promise<DiskErrorReport[]> {
    const { errors } = await this.#call(`asking for disk errors of ${vmId}`, ({ remote }, options) =>
      remote.domainGetDiskErrors({ dom: domainOf(vmId), maxerrors: DISKS_MAX }, options),
    );
    return errors.flatMap(({ disk, error }): DiskErrorReport[] =>
      error === NO_ERROR ? [] : [{ target: disk, pauseCode: error === NO_SPACE ? "ENOSPC" : "EIO" }],
    );
  }

  async takeScreenshot(vmId: VmId): Promise<Picture> {
    return this.#call(`taking a picture of ${vmId}`, async ({ remote }, options) => {
      const { mime, stream } = await remote.domainScreenshot({ dom: domainOf(vmId), screen: 0 }, options);
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of stream) {
        bytes += chunk.length;
        if (bytes > PICTURE_BYTES_MAX) throw new Error(`the picture is larger than ${PICTURE_BYTES_MAX} bytes`);
        chunks.push(chunk);
      }
      return { mime: mime ?? "image/x-portable-pixmap", bytes: Buffer.concat(chunks) };
    });
  }

  async readStats(vmIds: readonly VmId[] = []): Promise<ReadonlyMap<VmId, StatsRow>> {
    const args = { doms: vmIds.map(domainOf), stats: flags.stats };
    // The flags that choose domains go only with a call for all of them.
    const choice = flags.statsNoWait | (vmIds.length === 0 ? flags.statsActive : 0);
    const { retStats } = await this.#call(
      "reading statistics",
      ({ remote }, options) => remote.connectGetAllDomainStats({ ...args, flags: choice }, options),
      { purpose: "statistics" },
    );
    return new Map(
      retStats.flatMap(({ dom, params }): [VmId, StatsRow][] => {
        const vmId = findId<VmId>(formatUuid(dom.uuid));
        return vmId === undefined ? [] : [[vmId, paramsToObject(params)]];
      }),
    );
  }

  async askGuestInfo(vmId: VmId, bits: number): Promise<StatsRow> {
    const { params } = await this.#call(
      `asking the guest of ${vmId}`,
      ({ remote }, options) => remote.domainGetGuestInfo({ dom: domainOf(vmId), types: bits }, options),
      { purpose: "guests" },
    );
    return paramsToObject(params);
  }

  async askGuestAgent(vmId: VmId, command: string): Promise<unknown> {
    const cmd = JSON.stringify({ execute: command });
    const { result } = await this.#call(
      `asking the guest of ${vmId}: ${command}`,
      ({ qemu }, options) =>
        qemu.domainAgentCommand({ dom: domainOf(vmId), cmd, timeout: AGENT_TIMEOUT_SECONDS, flags: 0 }, options),
      { purpose: "guests" },
    );
    const text = result ?? "";
    if (text.length > AGENT_ANSWER_CHARS_MAX) throw new Error("the guest agent answered too much");
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "return" in answer ? answer.return : undefined;
  }

  /** How long libvirt waits for each answer of this guest's agent. Ends with the guest's QEMU process. */
  async limitGuestAgent(vmId: VmId): Promise<void> {
    await this.#call(`limiting the guest agent of ${vmId}`, ({ remote }, options) =>
      remote.domainAgentSetResponseTimeout({ dom: domainOf(vmId), timeout: AGENT_TIMEOUT_SECONDS }, options),
    );
  }
}

/** libvirt finds a domain by its id alone; the name is for its messages. */
function domainOf(vmId: VmId) {
  return { name: vmId, uuid: parseUuid(vmId), id: -1 };
}

function askedBy(by: "guest-agent" | "acpi"): number {
  return by === "guest-agent" ? flags.shutdownAgent : flags.shutdownAcpi;
}
