import { AgentFault, type HostVerbs, type SomeVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import { formatCapabilities, formatNetworkCapabilities } from "./capabilities.ts";
import { formatHostStats, formatVitals } from "./host-stats.ts";
import { formatVmStats } from "./vm-stats.ts";

const done = async (): Promise<void> => undefined;

export function hostVerbs(world: HostWorld): NonNullable<SomeVerbs["Host"]> {
  const { vms, tasks, clock } = world;
  const chosen = (vmList: readonly string[] = []) =>
    vms.list().filter(({ vmId }) => vmList.length === 0 || vmList.includes(vmId));
  const verbs: Partial<HostVerbs> = {
    ping: done,
    ping2: done,
    confirmConnectivity: done,
    setSafeNetworkConfig: done,
    setMOMPolicy: done,
    setMOMPolicyParameters: done,
    setHaMaintenanceMode: done,
    setLogLevel: done,
    setKsmTune: done,
    registerSecrets: done,
    unregisterSecrets: done,
    async echo({ message }) {
      return message;
    },
    async getCapabilities(_params, { localAddress }) {
      return formatCapabilities(world, localAddress);
    },
    async getNetworkCapabilities() {
      return formatNetworkCapabilities(world);
    },
    async getHardwareInfo() {
      return {
        systemManufacturer: "Yagura",
        systemProductName: "Simulated host",
        systemVersion: "1",
        systemSerialNumber: world.hostId,
        systemUUID: world.hostId,
        systemFamily: "Simulation",
      };
    },
    async getStats() {
      return formatHostStats(world);
    },
    async getNetworkStatistics() {
      const { network = {} } = formatHostStats(world);
      return { network, rxDropped: "0", txDropped: "0" };
    },
    async getStorageRepoStats({ domains = [] }) {
      const vitals = Object.entries(formatVitals(world));
      return Object.fromEntries(vitals.filter(([domainId]) => domains.length === 0 || domains.includes(domainId)));
    },
    async getAllVmStats() {
      return vms.list().map((vm) => formatVmStats(vm, clock.monotonicMs()));
    },
    async getVMList({ vmList, onlyUUID = true, fullStatus = false }) {
      const found = chosen(vmList);
      if (onlyUUID && !fullStatus) return found.map(({ vmId }) => vmId);
      return found.map(({ vmId, status, statusTime }) => ({ vmId, status, statusTime: String(statusTime) }));
    },
    async getVMFullList({ vmList }) {
      return chosen(vmList).map(({ vmId, status, domain, statusTime }) => ({
        vmId,
        status,
        vmName: domain.name,
        statusTime,
        memSize: Math.round(domain.memoryBytes / 2 ** 20),
        smp: domain.vcpuCount,
      }));
    },
    async dumpxmls({ vmList }) {
      return Object.fromEntries(
        chosen(vmList)
          .filter(({ status }) => status !== "Down")
          .map(({ vmId, xml }) => [vmId, xml]),
      );
    },
    async getDeviceList() {
      return [];
    },
    async getDevicesVisibility({ guidList }) {
      return Object.fromEntries(guidList.map((guid) => [guid, false]));
    },
    async hostdevListByCaps() {
      return {};
    },
    async getAllVmIoTunePolicies() {
      return {};
    },
    async getJobs({ job_ids }) {
      return world.jobs.list(job_ids);
    },
    async getLldp() {
      return {};
    },
    async getAllTasksStatuses() {
      return Object.fromEntries(tasks.ids().map((taskId) => [taskId, tasks.statusOf(taskId)]));
    },
    async getAllTasksInfo() {
      return Object.fromEntries(tasks.ids().map((taskId) => [taskId, { id: taskId, verb: tasks.verbOf(taskId) }]));
    },
    async getAllTasks() {
      return Object.fromEntries(
        tasks.ids().map((taskId) => {
          const { taskState, taskResult, code, message } = tasks.statusOf(taskId);
          return [
            taskId,
            { id: taskId, verb: tasks.verbOf(taskId), state: taskState, taskResult, code, message, tag: "spm" },
          ];
        }),
      );
    },
    async getConnectedStoragePools() {
      return world.pool === undefined ? [] : [world.pool.poolId];
    },
    async getStorageDomains({ storagepoolID, storageType, domainClass, remotePath }) {
      return [...world.storage.domains.values()]
        .filter((domain) => storagepoolID === undefined || domain.poolId === storagepoolID)
        .filter((domain) => storageType === undefined || domain.type === storageType)
        .filter((domain) => domainClass === undefined || domain.domainClass === domainClass)
        .filter((domain) => remotePath === undefined || remotePath === "" || domain.path === remotePath)
        .map(({ domainId }) => domainId);
    },
    async setupNetworks({ networks }) {
      const unknown = Object.entries(networks).find(
        ([name, { remove }]) => remove === true && !world.networks.includes(name),
      );
      if (unknown !== undefined) throw new AgentFault("ERR_BAD_BRIDGE", `no network ${unknown[0]}`);
      const removed = Object.keys(networks).filter((name) => networks[name]?.remove === true);
      const kept = [...world.networks, ...Object.keys(networks)].filter((name) => !removed.includes(name));
      world.networks = [...new Set(kept)];
    },
    async fenceNode({ action }) {
      return action === "status" ? { power: "on" } : { operationStatus: "initiated" };
    },
  };
  return verbs;
}
