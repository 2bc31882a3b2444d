import { networkInterfaces } from "node:os";
import type { SomeVerbs, VmInfo, VmStats } from "@yagura/agent-protocol";
import { describeError } from "@yagura/std/describe-error.ts";
import { findId, type VmId } from "@yagura/std/ids.ts";
import { domainClasses, storageTypes } from "@yagura/storage-format";
import { readHardwareInfo } from "../monitoring/hardware-info.ts";
import { readHostFacts } from "../monitoring/host-facts.ts";
import type { HostUsage } from "../monitoring/host-usage.ts";
import type { KvmSupport } from "../monitoring/kvm-support.ts";
import type { Storage } from "../storage/storage.ts";
import type { HypervisorFacts } from "../virt/hypervisor-facts.ts";
import type { VmSampler } from "../virt/sample-vms.ts";
import type { VirtContext } from "../virt/virt-context.ts";
import type { Vm } from "../virt/vm.ts";
import { formatCapabilities } from "./format-capabilities.ts";
import { formatHostStats } from "./format-host-stats.ts";
import { formatVmFullInfo, formatVmShortStatus } from "./format-vm-info.ts";
import { formatVmStats } from "./format-vm-stats.ts";
import { formatJob } from "./sdm.ts";
import { formatTaskInfo, formatTaskStatus } from "./task.ts";

/** What the verbs of the namespace `Host` work with. */
export interface HostApi {
  readonly virt: VirtContext;
  readonly sampler: VmSampler;
  readonly storage: Storage;
  readonly hostId: string;
  readonly version: string;
  readonly kvm: KvmSupport;
  readonly managementAddress: string | undefined;
  readonly guestNetworkBridge: string | undefined;
  readHostUsage(): Promise<HostUsage>;
  readHypervisorFacts(): Promise<HypervisorFacts>;
}

/** The namespace `Host`. */
export function hostVerbs(host: HostApi): NonNullable<SomeVerbs["Host"]> {
  const { virt, storage } = host;
  return {
    async ping() {
      // Being answered is the answer.
    },
    async ping2() {
      // Unlike ping, it does not count as a proof of connectivity while the network is being changed.
    },
    async confirmConnectivity() {
      // Waited for only while the Manager changes this host's network, which it cannot yet.
    },
    async echo({ message }) {
      return message;
    },
    async getCapabilities(_params, { localAddress }) {
      const [facts, hypervisor] = await Promise.all([readHostFacts(), host.readHypervisorFacts()]);
      return formatCapabilities({ ...host, facts, hypervisor, clientInterface: interfaceOf(localAddress) });
    },
    async getHardwareInfo() {
      const hardware = await readHardwareInfo();
      return {
        systemManufacturer: hardware.manufacturer,
        systemProductName: hardware.productName,
        systemVersion: hardware.version,
        systemSerialNumber: hardware.serialNumber,
        systemFamily: hardware.family,
        systemUUID: hardware.uuid || host.hostId,
      };
    },
    async getStats() {
      const usage = await host.readHostUsage();
      const statuses = virt.vms.list().map((vm) => vm.status);
      return formatHostStats({ usage, statuses, domains: storage.vitals(), nowMs: virt.clocks.nowMs() });
    },
    async getStorageRepoStats() {
      const usage = await host.readHostUsage();
      return formatHostStats({ usage, statuses: [], domains: storage.vitals(), nowMs: virt.clocks.nowMs() })
        .storageDomains;
    },
    async getAllVmStats() {
      await host.sampler.refreshBooting(virt.vms.list());
      const nowMs = virt.clocks.nowMs();
      return virt.vms.list().flatMap((vm): VmStats[] => {
        // One VM that cannot be described must not hide the others.
        try {
          return [formatVmStats(vm.view, nowMs)];
        } catch (error) {
          virt.log.error("could not describe a VM", { vmId: vm.id, error: describeError(error) });
          return [];
        }
      });
    },
    async getVMList({ vmList, onlyUUID = false, fullStatus = false }): Promise<readonly VmInfo[]> {
      const vms = chosen(vmList);
      if (fullStatus)
        return vms.map((vm) => ({ ...formatVmFullInfo(vm.view), statusTime: formatVmShortStatus(vm.view).statusTime }));
      return onlyUUID ? vms.map((vm) => vm.id) : vms.map((vm) => formatVmShortStatus(vm.view));
    },
    async getVMFullList({ vmList }) {
      return chosen(vmList).map((vm) => formatVmFullInfo(vm.view));
    },
    async dumpxmls({ vmList }) {
      return Object.fromEntries(chosen(vmList).map((vm) => [vm.id, vm.view.xml]));
    },
    async getAllTasksStatuses() {
      return Object.fromEntries(storage.tasks.listStatuses().map((task) => [task.taskId, formatTaskStatus(task)]));
    },
    async getAllTasksInfo() {
      return Object.fromEntries(storage.tasks.listInfo().map((task) => [task.taskId, formatTaskInfo(task)]));
    },
    async getAllTasks() {
      const verbs = new Map(storage.tasks.listInfo().map(({ taskId, verb }) => [taskId, verb]));
      return Object.fromEntries(
        storage.tasks.listStatuses().map((task) => {
          const { taskID: id, taskState: state, ...rest } = formatTaskStatus(task);
          return [id, { ...rest, id, state, verb: verbs.get(task.taskId), tag: "spm" }];
        }),
      );
    },
    async getStorageDomains({ domainClass, storageType, remotePath }) {
      const [type, itsClass] = [storageTypes[(storageType ?? 0) - 1], domainClasses[(domainClass ?? 0) - 1]];
      return storage.domains.list({
        ...(type !== undefined && { type }),
        ...(itsClass !== undefined && { class: itsClass }),
        ...(remotePath !== undefined && remotePath !== "" && { path: remotePath }),
      });
    },
    async getConnectedStoragePools() {
      return storage.pools.listConnected();
    },
    async getJobs({ job_type, job_ids }) {
      const filter = {
        ...(job_type !== undefined && { type: job_type }),
        ...(job_ids !== undefined && { jobIds: job_ids }),
      };
      return Object.fromEntries(storage.jobs.list(filter).map((job) => [job.jobId, formatJob(job)]));
    },
    async getDeviceList() {
      return [];
    },
    async hostdevListByCaps() {
      return {};
    },
    async setMOMPolicyParameters() {
      // Ballooning and page sharing by a policy of the Manager's are not offered here: there is nothing to set.
    },
    async setSafeNetworkConfig() {
      // This agent changes nothing of the host's network that would have to be kept or undone.
    },
  };

  /** All VMs, or those asked for; ids that are not here are passed over, as vdsm does. */
  function chosen(vmList: readonly string[] | undefined): Vm[] {
    if (vmList === undefined || vmList.length === 0) return virt.vms.list();
    return vmList.flatMap((text) => {
      const vmId = findId<VmId>(text);
      return (vmId === undefined ? undefined : virt.vms.find(vmId)) ?? [];
    });
  }
}

/** The interface that has this address. */
function interfaceOf(address: string | undefined): string {
  const plain = address?.replace(/^::ffff:/, "");
  const found = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === plain));
  return found?.[0] ?? "";
}
