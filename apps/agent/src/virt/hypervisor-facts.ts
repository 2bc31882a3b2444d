import { type LibvirtCalls, START_MS_MAX } from "./libvirt-calls.ts";

/** What of libvirt's answers does not concern one VM. */
export interface HypervisorFacts {
  readonly capabilitiesXml: string;
  readonly domainCapabilitiesXml: string;
  /** Of QEMU and of libvirt, as "7.2.0". */
  readonly qemuVersion: string;
  readonly libvirtVersion: string;
}

/** Asks libvirt what this host can do; the first time it has to examine QEMU for that. */
export function readHypervisorFacts(call: LibvirtCalls, domainType: "kvm" | "qemu"): Promise<HypervisorFacts> {
  return call(
    "reading the host's capabilities",
    async ({ remote }, options) => {
      const [{ capabilities }, { capabilities: domain }, { hvVer }, { libVer }] = await Promise.all([
        remote.connectGetCapabilities(options),
        remote.connectGetDomainCapabilities({ arch: "x86_64", machine: "q35", virttype: domainType }, options),
        remote.connectGetVersion(options),
        remote.connectGetLibVersion(options),
      ]);
      return {
        capabilitiesXml: capabilities,
        domainCapabilitiesXml: domain,
        qemuVersion: formatVersion(hvVer),
        libvirtVersion: formatVersion(libVer),
      };
    },
    { timeoutMs: START_MS_MAX },
  );
}

/** libvirt counts 1,000,000 x major + 1,000 x minor + release. */
function formatVersion(version: number): string {
  return [Math.floor(version / 1e6), Math.floor(version / 1e3) % 1e3, version % 1e3].join(".");
}
