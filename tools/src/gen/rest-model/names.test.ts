import assert from "node:assert/strict";
import { test } from "node:test";
import { pathName, tagsOf, typeName } from "./names.ts";

const tags = tagsOf({
  tags: {
    operating_system_info: "operating_system",
    operating_system_infos: "operation_systems",
    operating_system: "os",
  },
  plurals: { display: "displays", erratum: "errata", key: "keys" },
  singulars: { errata: "erratum" },
  notListedAtTheRoot: [],
  searchableAtTheRoot: [],
});

test("tags are names, except where v4 has its own", () => {
  assert.equal(tags.tag("disk_attachment"), "disk_attachment");
  assert.equal(tags.tag("operating_system"), "os");
});

test("the tag of a list is the plural of its type, the exceptions of v4 included", () => {
  const collections: Readonly<Record<string, string>> = {
    vm: "vms",
    mac: "macs",
    mac_pool: "mac_pools",
    scheduling_policy: "scheduling_policies",
    qos: "qoss",
    display: "displays",
    katello_erratum: "katello_errata",
    ssh_public_key: "ssh_public_keys",
    operating_system_info: "operation_systems",
  };
  for (const [type, tag] of Object.entries(collections)) assert.equal(tags.collectionTag(type), tag);
});

test("the tag of a word in a list is the singular of the list", () => {
  assert.equal(tags.scalarItemTag("dns_servers"), "dns_server");
  assert.equal(tags.scalarItemTag("policies"), "policy");
  assert.equal(tags.scalarItemTag("errata"), "erratum");
});

test("names become types and paths", () => {
  assert.equal(typeName("vm_nic"), "VmNic");
  assert.equal(pathName("disk_attachments"), "diskattachments");
});
