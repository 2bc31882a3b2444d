import assert from "node:assert/strict";
import { test } from "node:test";
import { startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import type { Db } from "../../../db/database.ts";
import { openDatabase } from "../../../db/open-database.ts";
import type { Searchable, Viewer } from "../field.ts";
import { findIds } from "../find-ids.ts";
import { parseSearch } from "../parse-search.ts";
import { clusterSearch } from "./clusters.ts";
import { dataCenterSearch } from "./data-centers.ts";
import { diskSearch } from "./disks.ts";
import { eventSearch } from "./events.ts";
import { groupSearch } from "./groups.ts";
import { hostSearch } from "./hosts.ts";
import { jobSearch } from "./jobs.ts";
import { networkSearch } from "./networks.ts";
import { storageDomainSearch } from "./storage-domains.ts";
import { templateSearch } from "./templates.ts";
import { userSearch } from "./users.ts";
import { vmSearch } from "./vms.ts";
import { vnicProfileSearch } from "./vnic-profiles.ts";

const kinds: Readonly<Record<string, Searchable>> = {
  clusters: clusterSearch,
  datacenters: dataCenterSearch,
  disks: diskSearch,
  events: eventSearch,
  groups: groupSearch,
  hosts: hostSearch,
  jobs: jobSearch,
  networks: networkSearch,
  storagedomains: storageDomainSearch,
  templates: templateSearch,
  users: userSearch,
  vms: vmSearch,
  vnicprofiles: vnicProfileSearch,
};

/** The fields that clients of oVirt know (its search's own names). */
const known: Readonly<Record<string, string>> = {
  vms:
    "name comment status on_host ip fqdn uptime os creationdate cpu_usage mem_usage network_usage memory guaranteed_memory apps " +
    "cluster pool loggedinuser tag datacenter type quota id description architecture custom_emulated_machine custom_cpu_type " +
    "compatibility_level created_by_user_id next_run_config_exists has_illegal_images bios_type vcpus",
  disks:
    "alias name description provisioned_size size actual_size creation_date shareable status disk_type disk_content_type " +
    "allocation_policy number_of_vms vm_names quota id wipe_after_delete storage.name",
  hosts:
    "name address cluster datacenter status external_status active_vms mem_usage cpu_usage network_usage load version cpus memory " +
    "cpu_speed cpu_model migrating_vms committed_mem tag type architecture ha_score spm_id hw_id id",
  events:
    "time type severity message correlation_id origin custom_event_id usrname event_host event_vm event_template event_storage " +
    "event_datacenter",
  groups: "name usrname directory tag type",
  users: "name lastname usrname directory login department tag pool type",
  jobs: "correlation_id",
  datacenters: "name storage.name clusters.name",
  templates: "name datacenter vm.name",
};

const viewers: readonly Viewer[] = [
  { sight: { isWhole: true, itself: new Map(), within: new Map() }, isAdministrator: true },
  { sight: { isWhole: false, itself: new Map(), within: new Map() }, isAdministrator: false, userId: "u" },
  {
    sight: {
      isWhole: false,
      itself: new Map([["vm", ["a"]]]),
      within: new Map([
        ["data_center", ["a"]],
        ["cluster", ["b", "c"]],
        ["storage_domain", ["d"]],
        ["network", ["e"]],
        ["vm", ["f"]],
      ]),
    },
    isAdministrator: false,
    userId: "u",
  },
];

async function tryAll(db: Db): Promise<void> {
  for (const { fields, ...searchable } of Object.values(kinds)) {
    for (const viewer of viewers) {
      for (const name of Object.keys(fields)) {
        const value = fields[name]?.type === "time" ? "2026-01-01" : "1";
        for (const search of [
          `${name}=${value} or ${name}>=${value} ${name}!=""`,
          `${name}!=${value} sortby ${name} desc page 1`,
        ]) {
          await findIds(db, { fields, ...searchable }, { search: parseSearch(search), viewer });
        }
      }
    }
  }
}

test("every field of every kind can be searched and sorted by on SQLite, whoever asks", async () => {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  await tryAll(db);
  await db.destroy();
});

test("and on PostgreSQL", { skip: await whyNoPostgres() }, async () => {
  await using postgres = await startPostgres();
  const db = await openDatabase({ kind: "postgres", url: await postgres.createDatabase() });
  await tryAll(db);
  await db.destroy();
});

test("the fields are those that clients of oVirt know, at least", () => {
  for (const [kind, names] of Object.entries(known)) {
    const missing = names.split(" ").filter((name) => !Object.hasOwn(kinds[kind]?.fields ?? {}, name));
    assert.deepEqual(missing, [], kind);
  }
});
