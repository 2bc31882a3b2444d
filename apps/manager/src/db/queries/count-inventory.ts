import type { Db } from "../database.ts";

export interface Count {
  readonly total: number;
  readonly active: number;
}

export interface InventoryCount {
  readonly vms: Count;
  readonly hosts: Count;
  readonly storageDomains: Count;
  readonly users: Count;
}

/** How many there are, and how many of them run, are up, active or enabled; clients ask for it with every connection. */
export async function countInventory(db: Db): Promise<InventoryCount> {
  const count = async (
    rows: Promise<readonly { readonly key: unknown; readonly count: number | string }[]>,
    isActive: (key: unknown) => boolean,
  ) => {
    const groups = await rows;
    const sum = (of: typeof groups) => of.reduce((total, group) => total + Number(group.count), 0);
    return { total: sum(groups), active: sum(groups.filter(({ key }) => isActive(key))) };
  };
  const [vms, hosts, domains, users] = [
    db
      .selectFrom("vmRuns")
      .select(["status as key", db.fn.countAll<number | string>().as("count")])
      .groupBy("status"),
    db
      .selectFrom("hosts")
      .select(["status as key", db.fn.countAll<number | string>().as("count")])
      .groupBy("status"),
    db
      .selectFrom("storageDomains")
      .select(["status as key", db.fn.countAll<number | string>().as("count")])
      .groupBy("status"),
    db
      .selectFrom("users")
      .select(["isEnabled as key", db.fn.countAll<number | string>().as("count")])
      .groupBy("isEnabled"),
  ];
  return {
    vms: await count(vms.execute(), (status) => status !== "down"),
    hosts: await count(hosts.execute(), (status) => status === "up"),
    storageDomains: await count(domains.execute(), (status) => status === "active"),
    users: await count(users.execute(), (isEnabled) => isEnabled === 1),
  };
}
