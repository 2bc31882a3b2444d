import type { DiskId, HostId, VmId } from "@yagura/std/ids.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { listNics } from "../../db/queries/nics.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { idIn, idsIn, visibleIds } from "../many.ts";
import { type Measured, renderStatistics } from "../representations/statistic.ts";
import { entity, list, type RestRequest, type Route } from "../route.ts";
import { diskSearch } from "../search/fields/disks.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { byId, cutList } from "../select-list.ts";

type Params = RestRequest["params"];

/** What is measured of something, and the path of that thing. */
export interface Source {
  readonly owner: readonly string[];
  readonly measured: readonly Measured[];
}

/** Of several things at once, in the order of their ids in the path; `undefined` for what the caller may not see. */
type ReadSources = (request: RestRequest, params: readonly Params[]) => Promise<readonly (Source | undefined)[]>;

/** What was measured last; nothing is kept for longer. */
export const statisticRoutes: readonly Route[] = [
  ...statisticsOf("/vms/:vm", async (request, params) => {
    const vms = await visibleVms(request, params);
    const nowMs = request.context.clock.nowMs();
    return params.map((each): Source | undefined => {
      const vm = vms.get(idIn(each, "vm"));
      return vm && { owner: ["vms", vm.id], measured: measureVm(vm, nowMs) };
    });
  }),
  ...statisticsOf("/hosts/:host", async (request, params) => {
    const ids = await visibleIds<HostId>(request, hostSearch, idsIn(params, "host"));
    const hosts = byId(await listHosts(request.context.db, { ids }));
    return params.map((each): Source | undefined => {
      const host = hosts.get(idIn(each, "host"));
      return host && { owner: ["hosts", host.id], measured: measureHost(host) };
    });
  }),
  ...statisticsOf("/disks/:disk", async (request, params) => {
    const { db } = request.context;
    const ids = await visibleIds<DiskId>(request, diskSearch, idsIn(params, "disk"));
    const disks = byId(await listDisks(db, { ids }));
    // A disk is measured in the guest that uses it.
    const users = byId(await listVms(db, { ids: [...disks.values()].flatMap(({ vmIds }) => vmIds) }));
    return params.map((each): Source | undefined => {
      const disk = disks.get(idIn(each, "disk"));
      const vms = disk?.vmIds.flatMap((vmId) => users.get(vmId) ?? []) ?? [];
      return disk && { owner: ["disks", disk.id], measured: measureDisk(disk.id, vms) };
    });
  }),
  ...statisticsOf("/vms/:vm/nics/:nic", async (request, params) => {
    const vms = await visibleVms(request, params);
    const nics = byId(await listNics(request.context.db, { vmIds: [...vms.values()].map(({ id }) => id) }));
    return params.map((each): Source | undefined => {
      const [vm, nic] = [vms.get(idIn(each, "vm")), nics.get(idIn(each, "nic"))];
      if (vm === undefined || nic === undefined || !("vmId" in nic.owner) || nic.owner.vmId !== vm.id) return undefined;
      return { owner: ["vms", vm.id, "nics", nic.id], measured: measureNic(vm, nic.macAddress) };
    });
  }),
];

/** @param noun What is not there, when nothing is: the path's last parameter, unless told. */
export function statisticsOf(path: string, read: ReadSources, noun: Noun = nounOf(path)): Route[] {
  const render = (source: Source, { links }: RestRequest) => renderStatistics(source.measured, links, ...source.owner);
  const renderOne = async (request: RestRequest) => {
    const [source] = await read(request, [request.params]);
    if (source === undefined) throw new NotFound(noun, lastId(request.params).slice(0, 80));
    return render(source, request);
  };
  return [
    {
      method: "GET",
      path: `${path}/statistics`,
      handle: async (request) => list("statistic", cutList(request, await renderOne(request))),
      many: async (request, params) =>
        (await read(request, params)).map((source) => source && list("statistic", render(source, request))),
    },
    {
      method: "GET",
      path: `${path}/statistics/:statistic`,
      async handle(request) {
        const { statistic: statisticId = "", ...params } = request.params;
        const found = (await renderOne({ ...request, params })).find(({ id }) => id === statisticId);
        if (found === undefined) throw new NotFound("statistic", statisticId.slice(0, 80));
        return entity("statistic", found);
      },
    },
  ];
}

async function visibleVms(request: RestRequest, params: readonly Params[]): Promise<ReadonlyMap<string, Vm>> {
  const ids = await visibleIds<VmId>(request, vmSearch, idsIn(params, "vm"));
  return byId(await listVms(request.context.db, { ids }));
}

/** The last segment of a path with an id: `/vms/:vm/nics/:nic` is about a nic. */
function nounOf(path: string): Noun {
  return path.slice(path.lastIndexOf(":") + 1) as "vm" | "host" | "disk" | "nic";
}

function lastId(params: Params): string {
  return Object.values(params).at(-1) ?? "";
}

function measureVm({ hardware, run }: Vm, nowMs: number): Measured[] {
  const { statistics } = run;
  const usedBytes = statistics && (statistics.memoryUsedPercent / 100) * hardware.memoryBytes;
  const elapsedMs = run.status === "down" ? 0 : (statistics?.elapsedMs ?? nowMs - (run.startedAtMs ?? nowMs));
  const guestPercent = statistics?.cpuUserPercent ?? 0;
  const hypervisorPercent = statistics?.cpuSystemPercent ?? 0;
  return [
    bytes("memory.installed", "Total memory configured", hardware.memoryBytes),
    bytes("memory.used", "Memory used (agent)", usedBytes ?? 0),
    bytes("memory.free", "Memory free (agent)", statistics?.memoryFreeBytes),
    bytes("memory.buffered", "Memory buffered (agent)", statistics?.memoryBufferedBytes),
    bytes("memory.cached", "Memory cached (agent)", statistics?.memoryCachedBytes),
    percent("cpu.current.guest", "CPU used by guest", guestPercent),
    percent("cpu.current.hypervisor", "CPU overhead", hypervisorPercent),
    percent("cpu.current.total", "Total CPU used", guestPercent + hypervisorPercent),
    percent("migration.progress", "Migration progress", 0),
    percent("network.current.total", "Total network used", 0),
    { name: "elapsed.time", description: "Elapsed VM runtime", unit: "seconds", value: elapsedMs / 1000 },
    { name: "disks.usage", description: "Disk usage, in bytes, as JSON", unit: "none", value: formatFileSystems(run) },
  ];
}

/** As vdsm tells them to the Manager, numbers as texts included: clients parse it. Nothing until the guest's agent speaks. */
function formatFileSystems({ guest }: Vm["run"]): string | undefined {
  if (guest === undefined) return undefined;
  return JSON.stringify(
    guest.fileSystems.map(({ path, type, totalBytes, usedBytes }) => ({
      path,
      total: `${totalBytes}`,
      used: `${usedBytes}`,
      fs: type,
    })),
  );
}

function measureHost({ facts, statistics }: Host): Measured[] {
  const totalBytes = facts?.memoryBytes ?? 0;
  const usedBytes = ((statistics?.memoryUsedPercent ?? 0) / 100) * totalBytes;
  const swapUsedBytes = statistics && statistics.swapTotalBytes - statistics.swapFreeBytes;
  return [
    bytes("memory.total", "Total memory", totalBytes),
    bytes("memory.used", "Used memory", usedBytes),
    bytes("memory.free", "Free memory", totalBytes - usedBytes),
    bytes("swap.total", "Total swap", statistics?.swapTotalBytes ?? 0),
    bytes("swap.free", "Free swap", statistics?.swapFreeBytes ?? 0),
    bytes("swap.used", "Used swap", swapUsedBytes ?? 0),
    percent("ksm.cpu.current", "KSM CPU usage", statistics?.ksmCpuPercent ?? 0),
    percent("cpu.current.user", "User CPU usage", statistics?.cpuUserPercent ?? 0),
    percent("cpu.current.system", "System CPU usage", statistics?.cpuSystemPercent ?? 0),
    percent("cpu.current.idle", "Idle CPU usage", statistics?.cpuIdlePercent ?? 0),
    {
      name: "cpu.load.avg.5m",
      description: "CPU 5 minute load average",
      unit: "percent",
      value: statistics?.loadAverage5m ?? 0,
    },
    {
      name: "boot.time",
      description: "Boot time of the machine",
      unit: "none",
      value: (statistics?.bootedAtMs ?? 0) / 1000,
    },
  ];
}

/** A shared disk is measured in all of its guests together. */
function measureDisk(diskId: DiskId, vms: readonly Vm[]): Measured[] {
  const used = vms.flatMap(({ run }) => run.statistics?.disks ?? []);
  const mine = used.filter(({ imageId }) => imageId === diskId);
  const sum = (get: (disk: (typeof mine)[number]) => number) => mine.reduce((total, each) => total + get(each), 0);
  return [
    rate(
      "data.current.read",
      "Read data rate",
      sum((each) => each.readBytesPerSecond),
    ),
    rate(
      "data.current.write",
      "Write data rate",
      sum((each) => each.writeBytesPerSecond),
    ),
  ];
}

function measureNic({ run }: Vm, macAddress: string | undefined): Measured[] {
  return measureTraffic(run.statistics?.nics.find((each) => each.macAddress === macAddress) ?? noTraffic);
}

const noTraffic: Traffic = { receivedBytes: 0, sentBytes: 0, receivedErrors: 0, sentErrors: 0 };

/** What an interface has carried; without values when that is not known. */
export function measureTraffic(nic: Traffic | undefined): Measured[] {
  const total = (name: string, description: string, unit: "bytes" | "none", value: number | undefined): Measured => ({
    name,
    description,
    unit,
    kind: "counter",
    value,
  });
  return [
    total("data.total.rx", "Total received data", "bytes", nic?.receivedBytes),
    total("data.total.tx", "Total transmitted data", "bytes", nic?.sentBytes),
    total("errors.total.rx", "Total receive errors", "none", nic?.receivedErrors),
    total("errors.total.tx", "Total transmit errors", "none", nic?.sentErrors),
  ];
}

interface Traffic {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedErrors: number;
  readonly sentErrors: number;
}

export function bytes(name: string, description: string, value: number | undefined): Measured {
  return { name, description, unit: "bytes", value };
}

function percent(name: string, description: string, value: number): Measured {
  return { name, description, unit: "percent", value };
}

function rate(name: string, description: string, value: number): Measured {
  return { name, description, unit: "bytes_per_second", value };
}
