import type { VmId } from "@yagura/std/ids.ts";
import type { DiskErrorReport, DomainRef, DomainStateNumbers, Hypervisor } from "../virt/hypervisor.ts";
import type { StatsRow } from "../virt/vm-usage.ts";

export interface ScriptedDomain {
  xml: string;
  name: string;
  state: DomainStateNumbers | undefined;
}

/**
 * libvirt in memory, for what cannot be provoked in the real one: answers that do not come, documents that cannot be
 * read. Every call can be replaced: `new ScriptedHypervisor({ getXml: () => never })`.
 */
export class ScriptedHypervisor implements Hypervisor {
  isConnected = true;
  readonly domains = new Map<VmId, ScriptedDomain>();
  readonly #answers: Partial<Hypervisor>;

  constructor(answers: Partial<Hypervisor> = {}) {
    this.#answers = answers;
  }

  async listDomains(): Promise<DomainRef[]> {
    return [...this.domains].map(([vmId, { name, state }]) => ({
      vmId,
      name,
      isActive: state?.state === 1 || state?.state === 3,
    }));
  }
  getXml(vmId: VmId): Promise<string> {
    return this.#answers.getXml?.(vmId) ?? Promise.resolve(this.domains.get(vmId)?.xml ?? "");
  }
  findState(vmId: VmId): Promise<DomainStateNumbers | undefined> {
    return this.#answers.findState?.(vmId) ?? Promise.resolve(this.domains.get(vmId)?.state);
  }
  readStats(vmIds?: readonly VmId[]): Promise<ReadonlyMap<VmId, StatsRow>> {
    return this.#answers.readStats?.(vmIds) ?? Promise.resolve(new Map());
  }
  askGuestInfo(vmId: VmId, bits: number): Promise<StatsRow> {
    return this.#answers.askGuestInfo?.(vmId, bits) ?? Promise.resolve({});
  }
  askGuestAgent(vmId: VmId, command: string): Promise<unknown> {
    return this.#answers.askGuestAgent?.(vmId, command) ?? Promise.resolve({});
  }
  limitGuestAgent = async (): Promise<void> => undefined;
  setMetadata = async (): Promise<void> => undefined;
  define = unscripted;
  start = unscripted;
  destroy = unscripted;
  undefine = unscripted;
  suspend = unscripted;
  resume = unscripted;
  reset = unscripted;
  shutdown = unscripted;
  reboot = unscripted;
  updateDevice = unscripted;
  readDiskCapacity = unscripted;
  resizeDisk = unscripted;
  readDiskErrors = async (): Promise<readonly DiskErrorReport[]> => [];
  takeScreenshot = unscripted;
}

/** What a test did not foresee must not happen: least of all to a guest. */
function unscripted(): Promise<never> {
  return Promise.reject(new Error("this test does not expect this call"));
}
