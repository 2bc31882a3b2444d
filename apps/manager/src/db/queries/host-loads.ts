import type { HostId } from "@yagura/std/ids.ts";
import { hardwareDefaults, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import type { Db } from "../database.ts";

export interface HostLoad {
  readonly guests: number;
  /** Of guests that are being launched: promised, and not taken yet. */
  readonly promisedBytes: number;
}

/** What is on these hosts, without reading all that is known of their guests. Hosts without guests are not in it. */
export async function readHostLoads(db: Db, hostIds: readonly HostId[]): Promise<Map<HostId, HostLoad>> {
  if (hostIds.length === 0) return new Map();
  const counts = await db
    .selectFrom("vmRuns")
    .select((select) => ["hostId", select.fn.countAll<number>().as("guests")])
    .where("hostId", "in", hostIds)
    .groupBy("hostId")
    .execute();
  const launching = await db
    .selectFrom("vmRuns")
    .innerJoin("vms", "vms.id", "vmRuns.vmId")
    .select(["vmRuns.hostId", "vms.hardware"])
    .where("vmRuns.hostId", "in", hostIds)
    .where("vmRuns.status", "=", "wait_for_launch")
    .execute();
  const promised = Map.groupBy(launching, (row) => row.hostId);
  return new Map(
    counts.map((row) => [
      row.hostId as HostId,
      { guests: Number(row.guests), promisedBytes: sumBytes(promised.get(row.hostId) ?? []) },
    ]),
  );
}

function sumBytes(rows: readonly { readonly hardware: string }[]): number {
  return rows
    .map((row) => (JSON.parse(row.hardware) as Partial<VmHardware>).memoryBytes ?? hardwareDefaults.memoryBytes)
    .reduce((sum, bytes) => sum + bytes, 0);
}
