import assert from "node:assert/strict";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { DiskId, StorageDomainId } from "@yagura/std/ids.ts";
import { startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";
import { type DatabaseKind, migrate } from "./migrate.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import { listDisks } from "./queries/disks.ts";
import { listStorageDomains } from "./queries/storage-domains.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";

const migrations = join(import.meta.dirname, "migrations");
const hardware = '{"memoryBytes":2147483648,"cpu":{"sockets":2,"cores":3,"threads":1},"osType":"debian_9"}';
const facts = '{"memoryBytes":16000000000,"cpu":{"model":"EPYC","threads":8,"speedMhz":2500.5},"agentVersion":"4.7.0"}';

/** What a database of an older version had in documents only is found by the columns of this one. */
async function upgrade(kind: DatabaseKind, dialect: Dialect): Promise<void> {
  await using older = await temporaryDirectory();
  const before = (await readdir(migrations)).filter((file) => file < "0006");
  for (const file of before) await copyFile(join(migrations, file), join(older.path, file));
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
  const run = (text: string) => sql.raw(text).execute(db);
  try {
    await migrate(db, kind, older.path);
    await run("insert into mac_pools values ('m', 'm', '', 1, 0, '[]')");
    await run(`insert into data_centers (id, name, description, comment, is_local, status, compatibility_version, mac_pool_id, master_version)
      values ('dc', 'dc', '', '', 0, 'up', '4.7', 'm', 1)`);
    await run("insert into clusters values ('c', 'c', '', '', 'dc', 'x86_64', '', '4.7', '')");
    await run(`insert into hosts (id, name, description, comment, address, port, cluster_id, status, spm_priority, pool_number, created_at_ms, facts)
      values ('h', 'h', '', '', 'a', 1, 'c', 'up', 5, 1, 0, '${facts}'), ('i', 'i', '', '', 'b', 1, 'c', 'up', 5, 2, 0, null)`);
    await run(`insert into templates (id, name, description, comment, status, type, hardware, is_delete_protected, created_at_ms)
      values ('t', 't', '', '', 'ok', 'server', '{}', 0, 0)`);
    for (const [id, document] of [
      ["v", hardware],
      ["w", "{}"],
    ]) {
      await run(`insert into vms (id, name, description, comment, cluster_id, template_id, type, hardware, is_delete_protected, created_at_ms)
        values ('${id}', '${id}', '', '', 'c', 't', 'server', '${document}', 0, 0)`);
    }
    await run("insert into storage_connections (id, type, address, path) values ('n', 'nfs', 'a', '/p')");
    await run(`insert into storage_domains (id, name, description, comment, purpose, type, format_version, status, is_master, connection_id, wipe_after_delete, created_at_ms)
      values ('s', 's', '', '', 'data', 'nfs', 5, 'active', 1, 'n', 0, 0)`);
    await run(`insert into disks (id, name, description, storage_domain_id, capacity_bytes, actual_bytes, format, is_sparse, status, is_shareable,
      wipe_after_delete, propagate_errors, backup, content_type, created_at_ms) values ('d', 'd', '', 's', 7, 1, 'raw', 1, 'ok', 1, 0, 0, 'none', 'data', 0)`);
    await run(`insert into volumes (id, disk_id, storage_domain_id, format, is_sparse, capacity_bytes, actual_bytes, is_leaf, created_at_ms)
      values ('l', 'd', 's', 'raw', 1, 7, 1, 1, 0)`);
    for (const vm of ["v", "w"]) {
      await run(`insert into disk_attachments (vm_id, disk_id, interface, is_bootable, is_active, is_read_only, pass_discard, position)
        values ('${vm}', 'd', 'virtio', 0, 1, 0, 0, 0)`);
    }
    await migrate(db, kind);
    const vms = await db
      .selectFrom("vms")
      .select(["memoryBytes", "vcpuCount", "osType", "biosType"])
      .orderBy("id")
      .execute();
    assert.deepEqual(vms, [
      { memoryBytes: 2_147_483_648, vcpuCount: 6, osType: "debian_9", biosType: "q35_sea_bios" },
      { memoryBytes: 1_073_741_824, vcpuCount: 1, osType: "other", biosType: "q35_sea_bios" },
    ]);
    const hosts = await db
      .selectFrom("hosts")
      .select(["memoryBytes", "cpuCount", "cpuModel", "cpuSpeedMhz"])
      .orderBy("id")
      .execute();
    assert.deepEqual(hosts, [
      { memoryBytes: 16_000_000_000, cpuCount: 8, cpuModel: "EPYC", cpuSpeedMhz: 2500.5 },
      { memoryBytes: null, cpuCount: null, cpuModel: null, cpuSpeedMhz: null },
    ]);
    const [disk] = await listDisks(db, { ids: ["d" as DiskId] });
    assert.deepEqual([disk?.volumeId, disk?.vmIds.toSorted(), disk?.templateIds], ["l", ["v", "w"], []]);
    assert.deepEqual(
      (await listDisks(db, { storageDomainId: "s" as StorageDomainId })).map(({ id }) => id),
      ["d"],
    );
    assert.deepEqual(
      (await listStorageDomains(db)).map(({ committedBytes }) => committedBytes),
      [7],
    );
  } finally {
    await db.destroy();
  }
}

test("what is searched by is filled in when SQLite comes from an older version", () =>
  upgrade("sqlite", sqliteDialect(":memory:")));

test("and when PostgreSQL does", { skip: await whyNoPostgres() }, async () => {
  await using postgres = await startPostgres();
  await upgrade(
    "postgres",
    postgresDialect({ url: await postgres.createDatabase(), onConnectionLost: () => undefined }),
  );
});
