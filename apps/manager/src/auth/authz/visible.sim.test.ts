import assert from "node:assert/strict";
import { test } from "node:test";
import { startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import * as fc from "fast-check";
import { sql } from "kysely";
import type { Db } from "../../db/database.ts";
import { openDatabase } from "../../db/open-database.ts";
import { seedDatabase } from "../../db/seed.ts";
import { blankTemplateId } from "../../domain/template/template.ts";
import { predefinedRoles } from "../../domain/user/predefined-roles.ts";
import { type ObjectRef, type ObjectType, systemObject } from "../../domain/user/user.ts";
import { loadObjectChain } from "./object-chain.ts";
import { decideAccess, type Grant, sightOf } from "./policy.ts";
import { type SightedType, visible } from "./visible.ts";

const tables: Readonly<Record<SightedType, string>> = {
  data_center: "data_centers",
  cluster: "clusters",
  host: "hosts",
  storage_domain: "storage_domains",
  disk: "disks",
  template: "templates",
  vm: "vms",
  network: "networks",
  vnic_profile: "vnic_profiles",
};

const types = Object.keys(tables) as SightedType[];

function id(letter: string, number: number): string {
  return `${letter.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** Two data centers with two clusters each, and of everything some that is and some that is not in one of them. */
async function fill(db: Db): Promise<void> {
  await seedDatabase(db);
  const run = (text: string) => sql.raw(text).execute(db);
  const { rows } = await sql<{ id: string }>`select id from mac_pools`.execute(db);
  for (const dc of [1, 2]) {
    await run(`insert into data_centers (id, name, description, comment, is_local, status, compatibility_version, mac_pool_id, master_version)
      values ('${id("a", dc)}', 'dc${dc}', '', '', 0, 'up', '4.7', '${rows[0]?.id}', 1)`);
    await run(`insert into networks (id, name, description, comment, data_center_id, mtu_bytes, is_vm_network)
      values ('${id("6", dc)}', 'n', '', '', '${id("a", dc)}', 1500, 1)`);
    await run(`insert into vnic_profiles (id, name, description, comment, network_id, has_port_mirroring)
      values ('${id("7", dc)}', 'p', '', '', '${id("6", dc)}', 0)`);
  }
  await run(`insert into storage_connections (id, type, address, path) values ('c', 'nfs', '', '')`);
  for (const [sd, dc] of [
    [1, `'${id("a", 1)}'`],
    [2, `'${id("a", 2)}'`],
    [3, "null"],
  ] as const) {
    await run(`insert into storage_domains (id, name, description, comment, purpose, type, format_version, status, is_master,
      data_center_id, connection_id, wipe_after_delete, created_at_ms)
      values ('${id("d", sd)}', 'sd${sd}', '', '', 'data', 'nfs', 5, 'active', 0, ${dc}, 'c', 0, 0)`);
  }
  for (const [cluster, dc] of [1, 1, 2, 2].entries()) {
    const clusterId = id("b", cluster);
    await run(`insert into clusters (id, name, description, comment, data_center_id, architecture, cpu_type, compatibility_version, bios_type)
      values ('${clusterId}', 'c${cluster}', '', '', '${id("a", dc)}', 'x86_64', '', '4.7', '')`);
    await run(`insert into hosts (id, name, description, comment, address, port, cluster_id, status, spm_priority, pool_number, created_at_ms)
      values ('${id("c", cluster)}', 'h${cluster}', '', '', 'a', 1, '${clusterId}', 'up', 5, ${cluster}, 0)`);
    await run(`insert into templates (id, name, description, comment, cluster_id, status, type, hardware, is_delete_protected, created_at_ms)
      values ('${id("2", cluster)}', 't', '', '', '${clusterId}', 'ok', 'server', '{}', 0, 0)`);
    for (const vm of [0, 1]) {
      const vmId = id("1", cluster * 2 + vm);
      await run(`insert into vms (id, name, description, comment, cluster_id, template_id, type, hardware, is_delete_protected, created_at_ms)
        values ('${vmId}', 'v', '', '', '${clusterId}', '${blankTemplateId}', 'server', '{}', 0, 0)`);
      await run(`insert into vm_runs (vm_id, status, displays) values ('${vmId}', 'down', '[]')`);
    }
  }
  for (let disk = 0; disk < 9; disk++) {
    const diskId = id("e", disk);
    await run(`insert into disks (id, name, description, storage_domain_id, capacity_bytes, actual_bytes, format, is_sparse, status,
      is_shareable, wipe_after_delete, propagate_errors, backup, content_type, created_at_ms)
      values ('${diskId}', 'd', '', '${id("d", (disk % 3) + 1)}', 1, 1, 'raw', 1, 'ok', 0, 0, 0, 'none', 'data', 0)`);
    if (disk % 2 === 0) {
      // The last one is shared by VMs of different data centers.
      for (const vm of disk === 8 ? [0, 7] : [disk]) {
        await run(`insert into disk_attachments (vm_id, disk_id, interface, is_bootable, is_active, is_read_only, pass_discard, position)
          values ('${id("1", vm)}', '${diskId}', 'virtio', 0, 1, 0, 0, 0)`);
      }
    } else if (disk < 5) {
      await run(`insert into template_disks (template_id, disk_id, interface, is_bootable, position)
        values ('${id("2", disk)}', '${diskId}', 'virtio', 0, 0)`);
    }
  }
}

async function allOf(db: Db, type: SightedType): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from ${sql.table(tables[type])} order by id`.execute(db);
  return rows.map((row) => row.id);
}

async function hold(db: Db): Promise<void> {
  await fill(db);
  const objects: ObjectRef[] = [systemObject];
  const chains = new Map<SightedType, { readonly id: string; readonly chain: readonly ObjectRef[] }[]>();
  for (const type of types) {
    const ids = await allOf(db, type);
    objects.push(...ids.map((each): ObjectRef => ({ type: type as ObjectType, id: each })));
    chains.set(
      type,
      await Promise.all(ids.map(async (each) => ({ id: each, chain: await loadObjectChain(db, { type, id: each }) }))),
    );
  }
  const grant = fc.record({ role: fc.constantFrom(...predefinedRoles), object: fc.constantFrom(...objects) });
  await fc.assert(
    fc.asyncProperty(fc.array(grant, { maxLength: 4 }), async (grants: Grant[]) => {
      for (const type of types) {
        const expected = (chains.get(type) ?? [])
          .filter(({ id: each, chain }) => each === blankTemplateId || decideAccess(grants, "see", chain) === "allowed")
          .map((each) => each.id);
        const condition = visible(type, sightOf(grants)) ?? sql`true`;
        const query = sql<{ id: string }>`select id from ${sql.table(tables[type])} where ${condition} order by id`;
        assert.deepEqual(
          (await query.execute(db)).rows.map((row) => row.id),
          expected,
          type,
        );
      }
    }),
    { numRuns: 150 },
  );
}

test("what the database finds visible is what the policy lets one see, on SQLite", async () => {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  await hold(db);
  await db.destroy();
});

test("and on PostgreSQL", { skip: await whyNoPostgres() }, async () => {
  await using postgres = await startPostgres();
  const db = await openDatabase({ kind: "postgres", url: await postgres.createDatabase() });
  await hold(db);
  await db.destroy();
});
