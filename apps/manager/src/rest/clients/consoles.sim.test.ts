import assert from "node:assert/strict";
import { test } from "node:test";
import { clientWorld, only } from "./client-world.fixture.ts";

test("libgovirt logs in by Basic, keeps a session, and finds collections and actions by their links", async () => {
  await using world = await clientWorld({
    login: "basic",
    headers: { prefer: "persistent-auth", filter: "true", "all-content": "true" },
  });
  const { client } = world;
  // First without a login, as libsoup does.
  const unknown = await client.send("GET", "", undefined, { authorization: "" });
  assert.equal(unknown.status, 401);
  assert.match(String(unknown.headers["www-authenticate"]), /^Basic realm=/);
  const root = await client.get("api", "");
  for (const rel of ["vms", "hosts", "storagedomains", "clusters", "datacenters", "vms/search"]) {
    assert.ok(
      root.link?.some((link) => link.rel === rel),
      `the root links ${rel}`,
    );
  }
  // With a body that says nothing, on a GET.
  const text = (await client.send("GET", "/vms", "<action></action>")).text;
  assert.match(text, /<vms>/);
  const vm = only(await client.list("vm", "/vms"));
  assert.ok(vm.link?.some((link) => link.rel === "cdroms"));
  assert.ok(vm.actions?.some((link) => link.rel === "start" && link.href === `${vm.href}/start`));
  await client.act(`/vms/${vm.id}/start`);
  await client.until("vm", `/vms/${vm.id}`, ({ status }) => status === "up");
  const action = await client.act(`/vms/${vm.id}/ticket`, "<action><async>false</async></action>");
  assert.equal(action.status, "complete");
  assert.ok(action.ticket?.value !== undefined && (action.ticket.expiry ?? 0) > 0);
  await client.list("host", "/hosts");
  assert.equal(only(await client.list("vm", "/vms?search=name%3Ddemo")).id, vm.id);
  await client.list("cdrom", `/vms/${vm.id}/cdroms`);
});

test("ovirt-web-ui reads pages in JSON with sorting, and asks for what runs now", async () => {
  await using world = await clientWorld({ form: "json", headers: { filter: "true" } });
  const { client } = world;
  const page = "/vms;max=20?search=SORTBY%20NAME%20ASC%20page%201&follow=graphics_consoles,nics";
  const vm = only(await client.list("vm", page));
  assert.equal((await client.list("vm", "/vms;max=20?search=SORTBY%20NAME%20ASC%20page%202")).length, 0, "pages end");
  const raw = JSON.parse((await client.send("GET", `/vms/${vm.id}`)).text) as Readonly<Record<string, unknown>>;
  assert.equal(raw["memory"], String(vm.memory), "whole numbers are texts in JSON");
  assert.equal(typeof raw["creation_time"], "number", "dates are milliseconds");
  await client.act(`/vms/${vm.id}/start`);
  await client.until("vm", `/vms/${vm.id}`, ({ status }) => status === "up");
  assert.deepEqual(
    await client.notServed([
      ["GET", `/vms/${vm.id}/cdroms/00000000-0000-0000-0000-000000000000?current=true`],
      ["GET", `/vms/${vm.id}/sessions`],
      ["GET", `/vms/${vm.id}/graphicsconsoles?current=true`],
      ["GET", `/vms/${vm.id}/statistics`],
      ["GET", "/operatingsystems"],
      ["GET", "/icons"],
      ["GET", "/users"],
      ["GET", "/options/UserSessionTimeOutInterval"],
      ["GET", `/vms/${vm.id}/snapshots`],
    ]),
    [],
  );
});
