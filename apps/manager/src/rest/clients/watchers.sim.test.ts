import assert from "node:assert/strict";
import { test } from "node:test";
import { clientWorld, encode, only, requireNoOtherMissing } from "./client-world.fixture.ts";

test("fence_rhevm tells a VM's state by a regular expression, starts it and stops it", async () => {
  await using world = await clientWorld({ login: "basic", headers: { filter: "true" } });
  const { client } = world;
  const look = async (): Promise<{ readonly id: string; readonly status: string }> => {
    const { text, status: code } = await client.send("GET", `/vms/?search=${encode("name=demo")}`);
    assert.equal(code, 200, text);
    // Its own expressions: the first VM, the first status after it.
    const [, , id = ""] = /<vm( .*)? id="(.*?)"/.exec(text) ?? [];
    const [, status = ""] = /<status>(.*?)<\/status>/.exec(text) ?? [];
    return { id, status };
  };
  const { id, status } = await look();
  assert.equal(status, "down");
  await client.act(`/vms/${id}/start`, "<action />");
  await world.shared.becomes("up");
  assert.equal((await look()).status, "up");
  await client.act(`/vms/${id}/stop`, "<action />");
  await world.shared.becomes("down");
  assert.equal((await look()).status, "down");
});

test("ManageIQ refreshes: all collections, then what hangs from each VM and host by its links", async (t) => {
  await using world = await clientWorld({ headers: { version: "4", "user-agent": "RubySDK/4.6.0" } });
  const { client } = world;
  await client.get("api", "/");
  const collections = [
    "clusters",
    "storagedomains",
    "datacenters",
    "templates",
    "vms",
    "hosts",
    "vnicprofiles",
    "networks",
    "disks",
  ];
  const answers = await Promise.all(collections.map((name) => client.send("GET", `/${name}`)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    collections.map(() => 200),
  );
  const vm = only(await client.list("vm", "/vms"));
  const [host] = await client.list("host", "/hosts");
  const missing: string[] = [];
  for (const [links, rels] of [
    [
      vm.link,
      [
        "nics",
        "diskattachments",
        "snapshots",
        "reporteddevices",
        "applications",
        "statistics",
        "graphicsconsoles",
        "tags",
      ],
    ],
    [host?.link, ["statistics", "nics", "networkattachments", "storage"]],
  ] as const) {
    for (const rel of rels) {
      const href = links?.find((link) => link.rel === rel)?.href;
      if (href === undefined) missing.push(`${rel}, which is not linked`);
      else missing.push(...(await client.notServed([["GET", href.replace("/ovirt-engine/api", "")]])));
    }
  }
  requireNoOtherMissing(t, missing, notServedYet);
  const [newest] = await client.list("event", "/events?max=1");
  assert.ok(Number(newest?.id) > 0 && newest?.code !== undefined);
  assert.deepEqual(await client.list("event", `/events?from=${newest.id}`), []);
});

test("forklift polls events by kind from the last one it saw, and reads what it migrates", async () => {
  await using world = await clientWorld({ headers: { version: "4" } });
  const { client } = world;
  const [newest] = await client.list("event", "/events?max=1");
  const vm = only(await client.list("vm", "/vms"));
  await client.act(`/vms/${vm.id}/start`);
  await client.until("vm", `/vms/${vm.id}`, ({ status }) => status === "up");
  const kinds = [30, 32, 33, 34, 35, 61, 153].map((code) => `type=${code}`).join(" or ");
  const events = await client.list("event", `/events?search=${encode(kinds)}&from=${newest?.id}`);
  assert.deepEqual(
    events.map(({ code, vm: of }) => [code, of?.id]),
    [[32, vm.id]],
  );
  assert.ok(Number(events[0]?.id) > Number(newest?.id) && events[0]?.time !== undefined);
  const follow = "follow=disk_attachments.disk,host_devices,snapshots,watchdogs,cdroms,nics";
  const whole = await client.get("vm", `/vms/${vm.id}?${follow}`);
  assert.ok(whole.disk_attachments?.[0]?.disk?.storage_domains?.[0]?.id !== undefined);
  assert.ok(whole.bios?.type !== undefined && whole.nics !== undefined && whole.snapshots !== undefined);
});

/** What is linked from each VM and host, and not served yet. */
const notServedYet: readonly string[] = ["storage, which is not linked"];
