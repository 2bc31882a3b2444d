import { AgentFault, type SomeVerbs, type VMVerbs, type VmDefinition, vmExitReasons } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import type { SimulatedVm } from "../world/vm.ts";
import { formatVmStats } from "./vm-stats.ts";

/** A picture of one grey dot. */
const screenshotPng = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

export function vmVerbs({ vms, clock, storage }: HostWorld): NonNullable<SomeVerbs["VM"]> {
  /** Verbs that change a device answer with the definition; nothing else happens here. */
  const changeDevice = async ({ vmID }: { readonly vmID: string }): Promise<VmDefinition> => {
    const vm = vms.getRunning(vmID);
    vm.hash += 1;
    return definitionOf(vm);
  };
  const verbs: Partial<VMVerbs> = {
    async create({ vmID, vmParams }) {
      if (vmParams.vmId !== vmID) throw new AgentFault("CannotCreateVM", "the ids differ");
      if (vmParams.xml === undefined) throw new AgentFault("MissingParameter", { parameter: "xml" });
      return definitionOf(vms.create(vmID, vmParams.xml));
    },
    async destroy({ vmID }) {
      vms.destroy(vmID);
    },
    async shutdown({ vmID, reboot = false }) {
      vms.getRunning(vmID);
      vms.become(vmID, reboot ? "RebootInProgress" : "Powering down");
    },
    async reset({ vmID }) {
      vms.getRunning(vmID);
      vms.become(vmID, "Powering up");
    },
    async pause({ vmID }) {
      if (vms.getRunning(vmID).status !== "Paused") vms.become(vmID, "Paused");
      return { vmList: {} };
    },
    async cont({ vmID }) {
      if (vms.getRunning(vmID).status !== "Paused") throw new AgentFault("UnexpectedError", "the VM is not paused");
      vms.become(vmID, "Up");
      return { vmList: {} };
    },
    async getStats({ vmID }) {
      return [formatVmStats(vms.get(vmID), clock.monotonicMs())];
    },
    async getInfo({ vmID }) {
      return definitionOf(vms.get(vmID));
    },
    async screenshot({ vmID }) {
      vms.getRunning(vmID);
      return { data: screenshotPng, encoding: "base64", mime_type: "image/png" };
    },
    async diskSizeExtend({ vmID, driveSpecs: { domainID = "", imageID = "", volumeID = "" }, newSize }) {
      const { domain } = vms.getRunning(vmID);
      const isItsDisk = domain.disks.some(({ volume }) => volume?.imageId === imageID && volume.volumeId === volumeID);
      if (!isItsDisk) throw new AgentFault("ImageFileNotFound", { imageID });
      const volume = storage.getVolume(domainID, imageID, volumeID);
      const capacityBytes = Number(newSize);
      if (capacityBytes < volume.capacityBytes) throw new AgentFault("BadDiskResizeParameter", { newSize });
      storage.getImage(domainID, imageID).set(volumeID, { ...volume, capacityBytes });
      return newSize;
    },
    async freeze({ vmID }) {
      needGuestAgent(vms.getRunning(vmID));
    },
    async thaw({ vmID }) {
      needGuestAgent(vms.getRunning(vmID));
    },
    async hibernate({ vmID }) {
      vms.getRunning(vmID);
      const exit = {
        exitCode: 0,
        exitReason: vmExitReasons.saveStateSucceeded,
        exitMessage: "SaveState succeeded",
      } as const;
      vms.become(vmID, "Down", { exit });
    },
    changeCD: changeDevice,
    async updateDevice({ vmID, params }) {
      const { deviceType, graphicsType = "vnc", password, ttl: ttlSeconds = 0 } = params;
      const { domain } = vms.getRunning(vmID);
      if (deviceType === "graphics" && password !== undefined) {
        // libvirt's words, by way of the agent.
        if (!domain.graphics.some(({ type }) => type === graphicsType) || password.length > 8) {
          throw new AgentFault("SpiceTicketError", `Failed to set the ticket of the VM ${vmID}`);
        }
        vms.get(vmID).consoleTicket = { type: graphicsType, password, ttlSeconds };
      }
      return changeDevice({ vmID });
    },
    hotplugDisk: changeDevice,
    hotunplugDisk: changeDevice,
    hotplugNic: changeDevice,
    hotunplugNic: changeDevice,
    hotplugMemory: changeDevice,
    setNumberOfCpus: changeDevice,
    async setDestroyOnReboot({ vmID }) {
      vms.getRunning(vmID);
    },
    async updateVmPolicy({ vmID }) {
      vms.getRunning(vmID);
    },
    async setBalloonTarget({ vmID }) {
      vms.getRunning(vmID);
    },
    async getIoTune({ vmID }) {
      vms.getRunning(vmID);
      return [];
    },
    async getIoTunePolicy({ vmID }) {
      vms.getRunning(vmID);
      return [];
    },
  };
  return verbs;
}

export function definitionOf(vm: SimulatedVm): VmDefinition {
  return { vmId: vm.vmId, vmName: vm.domain.name, status: vm.status, pid: vm.pid, vmType: "kvm", xml: vm.xml };
}

function needGuestAgent({ hasGuestAgent }: SimulatedVm): void {
  if (!hasGuestAgent) throw new AgentFault("NonResponsiveGuestAgent");
}
