import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { "content-type": "application/json", accept: "application/json" };

async function world(): Promise<RestWorld> {
  const made = await restWorld();
  await populate(made);
  return made;
}

async function post(w: RestWorld, payload: object, path = "/events", as = "admin") {
  return w.request({ method: "POST", url: `${api}${path}`, headers: json, payload, as });
}

interface EventDocument {
  readonly id: string;
  readonly index: string;
  readonly code: string;
  readonly description: string;
  readonly vm?: { readonly id: string; readonly name: string };
}

async function search(w: RestWorld, query: string): Promise<readonly EventDocument[]> {
  const reply = await w.request({ url: `${api}/events?${query}`, headers: json });
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ event?: EventDocument[] }>().event ?? [];
}

const told = { severity: "warning", description: "A disk of the SAN is slow", origin: "nagios", custom_id: "7" };

test(
  "an event of another program is told of the things that it names, under its own number",
  proves(["POST /events", "GET /events", "GET /events/{}"], async () => {
    await using w = await world();
    const reply = await post(w, { ...told, custom_data: "raw", vm: { id: ids.vm }, host: { id: ids.host } });
    assert.equal(reply.status, 201, reply.text);
    const event = reply.json<EventDocument>();
    assert.deepEqual((await w.request({ url: `${api}/events/${event.id}`, headers: json })).json(), event);
    assert.match(event.id, /^\d+$/);
    assert.equal(event.index, event.id);
    const [found] = await search(w, "search=custom_event_id%3D7");
    assert.deepEqual(found, event);
    const { custom_id, custom_data, origin, code } = found as unknown as Record<string, unknown>;
    assert.deepEqual([custom_id, custom_data, origin, code], ["7", "raw", "nagios", "9802"]);
    assert.equal(found?.vm?.name, "demo");
    assert.deepEqual(await search(w, "search=vm.name%3Ddemo%20and%20origin%3Dnagios"), [event]);
  }),
);

test("an event of another program is told once, is not taken for the Manager's own, and is of what there is", async () => {
  await using w = await world();
  const said = async (payload: object) => {
    const reply = await post(w, payload);
    return `${reply.status} ${reply.json()["detail"]}`;
  };
  assert.equal((await post(w, told)).status, 201);
  assert.equal(await said(told), "409 [Cannot add External Event. External Event with this custom id already exists.]");
  assert.equal((await post(w, { ...told, origin: "other" })).status, 201);
  for (const origin of ["oVirt", "Yagura", "ovirt "]) {
    assert.match(
      await said({ ...told, origin }),
      /^400 \[Cannot add External Event. Illegal Origin for External Event : /,
    );
  }
  assert.match(await said({ ...told, custom_id: "8", vm: { id: ids.nic } }), /^404/);
  assert.match(await said({ ...told, custom_id: "8", vm: { name: "demo" } }), /^404/);
  for (const member of ["severity", "description", "origin"]) {
    assert.equal(await said({ ...told, [member]: undefined }), `400 Event [${member}] required for add`);
  }
});

test(
  "an event that is put away is in no list, and comes back with all others",
  proves(["DELETE /events/{}", "POST /events/undelete"], async () => {
    await using w = await world();
    const { id } = (await post(w, told)).json<EventDocument>();
    const remove = () => w.request({ method: "DELETE", url: `${api}/events/${id}` });
    assert.equal((await remove()).status, 200);
    assert.deepEqual(await search(w, "search=custom_event_id%3D7"), []);
    assert.equal((await w.request({ url: `${api}/events/${id}` })).status, 404);
    assert.equal((await remove()).status, 404);
    // It is still known: its program is not to tell it again.
    assert.equal((await post(w, told)).status, 409);
    assert.equal((await post(w, {}, "/events/undelete")).status, 200);
    assert.equal((await search(w, "search=custom_event_id%3D7"))[0]?.id, id);
    assert.equal((await search(w, "max=1"))[0]?.code, "10604");
  }),
);

test("from gives what came after, and max the newest of it", async () => {
  await using w = await world();
  const told3 = [];
  for (const custom_id of ["1", "2", "3"]) told3.push((await post(w, { ...told, custom_id })).json<EventDocument>().id);
  const [first = ""] = told3;
  assert.deepEqual(
    (await search(w, `from=${first}`)).map(({ id }) => id),
    told3.slice(1).reverse(),
  );
  assert.deepEqual(
    (await search(w, `from=${first}&max=1`)).map(({ id }) => id),
    [told3[2]],
  );
  // As forklift asks.
  assert.equal((await search(w, `search=type%3D9802%20or%20type%3D9803&from=${first}`)).length, 2);
  assert.deepEqual(await search(w, "search=type%3D9803"), []);
});

test("whoever may not see everything sees no events and tells none", async () => {
  await using w = await world();
  await w.addUser("ann", "UserVmManager", { type: "vm", id: ids.vm });
  const ann = (method: "GET" | "DELETE" | "POST", path: string) =>
    w.request({ method, url: `${api}${path}`, as: "ann", headers: json, ...(method === "POST" && { payload: told }) });
  for (const path of ["/events", "/events/1"]) assert.equal((await ann("GET", path)).status, 403);
  assert.equal((await ann("POST", "/events")).status, 403);
  assert.equal((await ann("POST", "/events/undelete")).status, 403);
  assert.equal((await ann("DELETE", "/events/1")).status, 403);
  assert.equal((await post(w, { ...told, vm: { id: ids.vm } }, "/events", "ann")).status, 403);
});
