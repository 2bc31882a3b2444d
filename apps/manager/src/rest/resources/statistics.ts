import type { DiskId, NicId } from "@yagura/std/ids.ts";
import { getNic } from "../../db/queries/nics.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { pathId } from "../references.ts";
import { type Measured, renderStatistics } from "../representations/statistic.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** What is measured of something, and the path of that thing. */
type Source = (
  request: RestRequest,
) => Promise<{ readonly owner: readonly string[]; readonly measured: readonly Measured[] }>;

/** What was measured last; nothing is kept for longer. */
export const statisticRoutes: readonly Route[] = [
  ...statisticsOf("/vms/:vm", async (request) => {
    const vm = await request.inventory.vm(param(request, "vm"));
    return { owner: ["vms", vm.id], measured: measureVm(vm, request.context.clock.nowMs()) };
  }),
  ...statisticsOf("/hosts/:host", async (request) => {
    const host = await request.inventory.host(param(request, "host"));
    return { owner: ["hosts", host.id], measured: measureHost(host) };
  }),
  ...statisticsOf("/disks/:disk", async (request) => {
    const disk = await request.inventory.disk(param(request, "disk"));
    return { owner: ["disks", disk.id], measured: await measureDisk(request, disk.id) };
  }),
  ...statisticsOf("/vms/:vm/nics/:nic", async (request) => {
    const vm = await request.inventory.vm(param(request, "vm"));
    const nic = await getNic(request.context.db, { vmId: vm.id }, pathId<NicId>("nic", param(request, "nic")));
    return { owner: ["vms", vm.id, "nics", nic.id], measured: measureNic(vm, nic.macAddress) };
  }),
];

function statisticsOf(path: string, source: Source): Route[] {
  const render = async (request: RestRequest) => {
    const { owner, measured } = await source(request);
    return renderStatistics(measured, request.links, ...owner);
  };
  return [
    {
      method: "GET",
      path: `${path}/statistics`,
      handle: async (request) => list("statistic", cutList(request, await render(request))),
    },
    {
      method: "GET",
      path: `${path}/statistics/:statistic`,
      async handle(request) {
        const statisticId = param(request, "statistic");
        const found = (await render(request)).find(({ id }) => id === statisticId);
        if (found === undefined) throw new NotFound("statistic", statisticId.slice(0, 80));
        return entity("statistic", found);
      },
    },
  ];
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

/** A disk is measured in the guest that uses it; a shared one in all of them together. */
async function measureDisk({ context }: RestRequest, diskId: DiskId): Promise<Measured[]> {
  const used = (await listVms(context.db)).flatMap(({ run }) => run.statistics?.disks ?? []);
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
  const nic = run.statistics?.nics.find((each) => each.macAddress === macAddress);
  const total = (name: string, description: string, unit: "bytes" | "none", value: number | undefined): Measured => ({
    name,
    description,
    unit,
    kind: "counter",
    value: value ?? 0,
  });
  return [
    total("data.total.rx", "Total received data", "bytes", nic?.receivedBytes),
    total("data.total.tx", "Total transmitted data", "bytes", nic?.sentBytes),
    total("errors.total.rx", "Total receive errors", "none", nic?.receivedErrors),
    total("errors.total.tx", "Total transmit errors", "none", nic?.sentErrors),
  ];
}

function bytes(name: string, description: string, value: number | undefined): Measured {
  return { name, description, unit: "bytes", value };
}

function percent(name: string, description: string, value: number): Measured {
  return { name, description, unit: "percent", value };
}

function rate(name: string, description: string, value: number): Measured {
  return { name, description, unit: "bytes_per_second", value };
}
