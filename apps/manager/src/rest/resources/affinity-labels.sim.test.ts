import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const gold = `/affinitylabels/${ids.affinityLabel}`;

async function labelWorld() {
  const world = await restWorld();
  await populate(world);
  return { world, call: restCaller(world) };
}

test(
  "a label is added with its VMs and hosts, renamed, emptied and removed",
  proves(
    [
      "GET /affinitylabels/{}",
      "POST /affinitylabels",
      "PUT /affinitylabels/{}",
      "DELETE /affinitylabels/{}",
      ...(["vms", "hosts"] as const).flatMap((path) => [
        `GET /affinitylabels/{}/${path}` as const,
        `GET /affinitylabels/{}/${path}/{}` as const,
        `POST /affinitylabels/{}/${path}` as const,
        `DELETE /affinitylabels/{}/${path}/{}` as const,
      ]),
    ],
    async () => {
      const { world, call } = await labelWorld();
      await using _ = world;
      const added = await call.post(
        "/affinitylabels",
        `<affinity_label><name>ssd</name><vms><vm><name>other</name></vm></vms><hosts><host id="${ids.host}"/></hosts></affinity_label>`,
      );
      assert.equal(added.status, 201, added.text);
      const label = `/affinitylabels/${added.json<{ id: string }>().id}`;
      assert.deepEqual(await call.namesAt(`${label}/vms`), ["other"]);
      assert.deepEqual(await call.namesAt(`${label}/hosts`), ["one"]);
      await call.put(label, "<affinity_label><name>nvme</name></affinity_label>");
      assert.equal((await call.get(label)).json<{ name: string }>().name, "nvme");
      assert.match(
        (await call.remove(label)).text,
        /Cannot delete affinity label, remove it from all entities first\./,
      );
      assert.equal((await call.remove(`${label}/vms/${ids.otherVm}`)).status, 200);
      assert.equal((await call.remove(`${label}/vms/${ids.otherVm}`)).status, 404);
      assert.equal((await call.remove(`${label}/hosts/${ids.host}`)).status, 200);
      for (const [path, body, id] of [
        ["vms", "<vm><name>demo</name></vm>", ids.vm],
        ["hosts", "<host><name>one</name></host>", ids.host],
      ] as const) {
        assert.equal((await call.post(`${label}/${path}`, body)).status, 201);
        assert.equal((await call.get(`${label}/${path}/${id}`)).status, 200);
        assert.equal((await call.remove(`${label}/${path}/${id}`)).status, 200);
        assert.deepEqual(await call.namesAt(`${label}/${path}`), []);
      }
      assert.equal((await call.remove(label)).status, 200);
      assert.deepEqual(await call.namesAt("/affinitylabels"), ["gold"]);
      const codes = (await call.events(/affinity label/)).map((text) => text.slice(0, 5));
      assert.deepEqual([codes[0], codes.at(-1)], ["10380", "10384"]);
      assert.ok(codes.slice(1, -1).every((code) => code === "10382"));
    },
  ),
);

test("a label that goes leaves its affinity groups", async () => {
  const { world, call } = await labelWorld();
  await using _ = world;
  await call.remove(`${gold}/vms/${ids.vm}`);
  await call.remove(`${gold}/hosts/${ids.host}`);
  assert.equal((await call.remove(gold)).status, 200);
  const group = `/clusters/${ids.cluster}/affinitygroups/${ids.affinityGroup}`;
  assert.deepEqual(await call.namesAt(`${group}/vmlabels`), []);
});

test(
  "VMs and hosts are labelled from their own side too",
  proves(
    (["vms", "hosts"] as const).flatMap((path) => [
      `GET /${path}/{}/affinitylabels` as const,
      `GET /${path}/{}/affinitylabels/{}` as const,
      `POST /${path}/{}/affinitylabels` as const,
      `DELETE /${path}/{}/affinitylabels/{}` as const,
    ]),
    async () => {
      const { world, call } = await labelWorld();
      await using _ = world;
      await call.post("/affinitylabels", "<affinity_label><name>blue</name></affinity_label>");
      for (const owner of [`/vms/${ids.vm}`, `/hosts/${ids.host}`]) {
        const given = await call.post(`${owner}/affinitylabels`, "<affinity_label><name>blue</name></affinity_label>");
        assert.equal(given.status, 201, given.text);
        const { id, href } = given.json<{ id: string; href: string }>();
        assert.equal(href, `/ovirt-engine/api${owner}/affinitylabels/${id}`);
        assert.deepEqual(await call.namesAt(`${owner}/affinitylabels`), ["blue", "gold"]);
        assert.equal((await call.get(`${owner}/affinitylabels/${id}`)).status, 200);
        assert.equal((await call.remove(`${owner}/affinitylabels/${id}`)).status, 200);
        assert.equal((await call.remove(`${owner}/affinitylabels/${id}`)).status, 404);
        assert.deepEqual(await call.namesAt(`${owner}/affinitylabels`), ["gold"]);
      }
    },
  ),
);

test("a label that cannot be is refused in words that clients know", async () => {
  const { world, call } = await labelWorld();
  await using _ = world;
  const refusals: readonly (readonly [string, string, number, RegExp])[] = [
    ["/affinitylabels", "<affinity_label/>", 400, /AffinityLabel \[name\] required for add/],
    ["/affinitylabels", "<affinity_label><name>a b</name></affinity_label>", 400, /name for affinity label is invalid/],
    ["/affinitylabels", "<affinity_label><name>gold</name></affinity_label>", 409, /conflicting NAME/],
    [`${gold}/vms`, "<vm/>", 400, /Vm \[id\|name\] required for add/],
    [`${gold}/hosts`, "<host><name>none</name></host>", 404, /host none/],
  ];
  for (const [path, body, status, detail] of refusals) {
    const reply = await call.post(path, body);
    assert.equal(reply.status, status, `${body}: ${reply.text}`);
    assert.match(reply.text, detail);
  }
});

test("a VM gets no label by which it would have to be together with and apart from another", async () => {
  const { world, call } = await labelWorld();
  await using _ = world;
  const groups = `/clusters/${ids.cluster}/affinitygroups`;
  const members = `<vms><vm id="${ids.otherVm}"/></vms><vm_labels><affinity_label><name>gold</name></affinity_label></vm_labels>`;
  const rule = (positive: boolean) =>
    `<vms_rule><positive>${positive}</positive><enforcing>true</enforcing></vms_rule>`;
  await call.remove(`${gold}/vms/${ids.vm}`);
  for (const positive of [true, false]) {
    const body = `<affinity_group><name>g${positive}</name>${rule(positive)}${members}</affinity_group>`;
    assert.equal((await call.post(groups, body)).status, 201);
  }
  const given = await call.post(`/vms/${ids.vm}/affinitylabels`, `<affinity_label id="${ids.affinityLabel}"/>`);
  assert.equal(given.status, 409, given.text);
  assert.match(given.text, /collision detected/);
  assert.deepEqual(await call.namesAt(`/vms/${ids.vm}/affinitylabels`), []);
});
