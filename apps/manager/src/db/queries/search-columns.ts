import type { VmId } from "@yagura/std/ids.ts";
import type { HostFacts, HostStatistics } from "../../domain/host/host.ts";
import type { GuestFacts, VmStatistics } from "../../domain/vm/vm.ts";
import type { VmHardware } from "../../domain/vm/vm-hardware.ts";
import type { Tx } from "../database.ts";

// What is searched and sorted by is a column, beside the document that it is a member of. Whoever writes the document
// writes these.

export function hardwareColumns(hardware: VmHardware) {
  const { cpu } = hardware;
  return {
    memoryBytes: hardware.memoryBytes,
    memoryGuaranteedBytes: hardware.memoryGuaranteedBytes,
    vcpuCount: cpu.sockets * cpu.cores * cpu.threads,
    osType: hardware.osType,
    biosType: hardware.biosType,
    customEmulatedMachine: hardware.customEmulatedMachine ?? null,
    customCpuModel: hardware.customCpuModel ?? null,
  };
}

export function vmStatisticsColumns(statistics: VmStatistics | undefined) {
  return {
    cpuUsedPercent: statistics === undefined ? null : statistics.cpuUserPercent + statistics.cpuSystemPercent,
    memoryUsedPercent: statistics?.memoryUsedPercent ?? null,
    elapsedSeconds: statistics === undefined ? null : Math.round(statistics.elapsedMs / 1000),
  };
}

export function guestColumns(guest: GuestFacts | undefined) {
  const fqdn = guest?.fqdn ?? guest?.hostName;
  return { guestFqdn: fqdn === undefined ? null : asName(fqdn) };
}

export function hostFactsColumns(facts: HostFacts | undefined) {
  return {
    memoryBytes: facts?.memoryBytes ?? null,
    cpuCount: facts?.cpu.threads ?? null,
    cpuModel: facts?.cpu.model ?? null,
    cpuSpeedMhz: facts?.cpu.speedMhz ?? null,
    agentVersion: facts?.agentVersion ?? null,
  };
}

export function hostStatisticsColumns(statistics: HostStatistics | undefined) {
  return {
    activeVmCount: statistics?.activeVmCount ?? null,
    migratingVmCount: statistics?.migratingVmCount ?? null,
    cpuUsedPercent: statistics === undefined ? null : statistics.cpuUserPercent + statistics.cpuSystemPercent,
    memoryUsedPercent: statistics?.memoryUsedPercent ?? null,
    loadPercent: statistics?.loadAverage5m ?? null,
  };
}

/** More of one kind than anybody searches for: what a guest reports is not ours to trust. */
const NAMES_MAX = 500;
const NAME_CHARACTERS_MAX = 255;

/** Brings what is known of a guest by name to what it says now; what has not changed is not written. */
export async function putGuestNames(tx: Tx, vmId: VmId, guest: GuestFacts | undefined): Promise<void> {
  const wanted = namesOf(guest);
  const had = await tx.selectFrom("guestNames").select(["kind", "name"]).where("vmId", "=", vmId).execute();
  const [wantedKeys, hadKeys] = [new Set(wanted.map(keyOf)), new Set(had.map(keyOf))];
  for (const { kind, name } of had.filter((each) => !wantedKeys.has(keyOf(each)))) {
    await tx
      .deleteFrom("guestNames")
      .where("vmId", "=", vmId)
      .where("kind", "=", kind)
      .where("name", "=", name)
      .execute();
  }
  const added = wanted.filter((each) => !hadKeys.has(keyOf(each))).map((each) => ({ vmId, ...each }));
  if (added.length > 0) await tx.insertInto("guestNames").values(added).execute();
}

interface GuestName {
  readonly kind: string;
  readonly name: string;
}

function namesOf(guest: GuestFacts | undefined): GuestName[] {
  if (guest === undefined) return [];
  const of = (kind: string, names: readonly string[]) =>
    [...new Set(names.map(asName))].slice(0, NAMES_MAX).map((name) => ({ kind, name }));
  return [
    ...of(
      "ip",
      guest.nics.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]),
    ),
    ...of("user", guest.users),
    ...of("app", guest.applications),
  ];
}

/** PostgreSQL's texts cannot hold a zero. */
function asName(text: string): string {
  return text.slice(0, NAME_CHARACTERS_MAX).replaceAll("\0", "");
}

function keyOf({ kind, name }: GuestName): string {
  return `${kind} ${name}`;
}
