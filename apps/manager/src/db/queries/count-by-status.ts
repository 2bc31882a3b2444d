import type { Db } from "../database.ts";

/** What has a status, each kind in a table with an index or few rows. */
const kinds = {
  data_centers: "dataCenters",
  hosts: "hosts",
  storage_domains: "storageDomains",
  disks: "disks",
  templates: "templates",
  vms: "vmRuns",
  jobs: "jobs",
  sagas: "sagas",
} as const;

export type CountedKind = keyof typeof kinds;
export const countedKinds = Object.keys(kinds) as readonly CountedKind[];

/** How many there are of each status: one query. */
export async function countByStatus(db: Db, kind: CountedKind): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom(kinds[kind])
    .select(["status", db.fn.countAll<number | string>().as("count")])
    .groupBy("status")
    .execute();
  return new Map(rows.map(({ status, count }) => [status, Number(count)]));
}

const unstated = { clusters: "clusters", networks: "networks", users: "users", sessions: "sessions" } as const;
export type UnstatedKind = keyof typeof unstated;
export const unstatedKinds = Object.keys(unstated) as readonly UnstatedKind[];

/** How many there are of what has no status. */
export async function countRows(db: Db, kind: UnstatedKind): Promise<number> {
  const query = db.selectFrom(unstated[kind]).select(db.fn.countAll<number | string>().as("count"));
  return Number((await query.executeTakeFirstOrThrow()).count);
}
