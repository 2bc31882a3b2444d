import { isDeepStrictEqual } from "node:util";
import type { GuestOperatingSystem, Vm as RestVm } from "@yagura/rest-model";
import { currentHardware } from "../../domain/vm/current-hardware.ts";
import type { GuestFacts, Vm } from "../../domain/vm/vm.ts";
import type { VmHardware } from "../../domain/vm/vm-hardware.ts";
import type { Links } from "../links.ts";
import { renderDate, renderFullVersion } from "./common.ts";
import { renderHardware } from "./hardware.ts";
import { renderIcons } from "./icon.ts";

export interface VmManner {
  readonly allContent: boolean;
  /** What it will have after a restart rather than what it runs with. */
  readonly isNextRun?: boolean;
}

export function renderVm(vm: Vm, links: Links, { allContent, isNextRun = false }: VmManner): RestVm {
  const { run } = vm;
  const current = currentHardware(vm);
  const hardware = isNextRun ? vm.hardware : current;
  return {
    ...links.of("vm", "vms", vm.id),
    ...renderHardware(vm.type, hardware, allContent),
    name: vm.name,
    description: vm.description,
    comment: vm.comment,
    creation_time: renderDate(vm.createdAtMs),
    delete_protected: vm.isDeleteProtected,
    ...renderGuest(run.guest),
    has_illegal_images: false,
    next_run_configuration_exists: !isSame(current, vm.hardware),
    run_once: false,
    start_time: renderDate(run.startedAtMs),
    // Before anything else with a status in it: fence_rhevm reads the first `<status>` it finds.
    status: run.status,
    ...(run.status === "paused" && run.pauseReason !== undefined && { status_detail: run.pauseReason.toLowerCase() }),
    stop_reason: run.stopReason ?? "",
    stop_time: renderDate(run.stoppedAtMs),
    ...renderIcons(vm, hardware.osType, links),
    cluster: links.ref("clusters", vm.clusterId),
    ...(vm.instanceTypeId !== undefined && { instance_type: links.ref("instancetypes", vm.instanceTypeId) }),
    ...(run.hostId !== undefined && { host: links.ref("hosts", run.hostId) }),
    original_template: links.ref("templates", vm.templateId),
    template: links.ref("templates", vm.templateId),
  };
}

/** The texts are nearly always the same, and are compared in a tenth of the time. */
function isSame(a: VmHardware, b: VmHardware): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || isDeepStrictEqual(a, b);
}

function renderGuest(guest: GuestFacts | undefined): Partial<RestVm> {
  if (guest === undefined) return {};
  const fqdn = guest.fqdn ?? guest.hostName;
  return {
    ...(fqdn !== undefined && { fqdn }),
    ...(guest.os !== undefined && { guest_operating_system: renderGuestOs(guest.os) }),
    ...(guest.timeZone !== undefined && {
      guest_time_zone: { name: guest.timeZone.name, utc_offset: formatOffset(guest.timeZone.offsetMinutes) },
    }),
  };
}

function renderGuestOs(os: NonNullable<GuestFacts["os"]>): GuestOperatingSystem {
  return {
    architecture: os.architecture,
    codename: os.codename,
    distribution: os.distribution,
    family: os.family,
    kernel: { version: renderFullVersion(os.kernel) },
    version: renderFullVersion(os.version),
  };
}

/** 90 -> "+01:30" */
function formatOffset(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${offsetMinutes < 0 ? "-" : "+"}${hours}:${rest}`;
}
