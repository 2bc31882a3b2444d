import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

interface TypeDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly memory: string;
  readonly memory_policy: { readonly guaranteed: string; readonly max: string };
  readonly cpu: { readonly topology: { readonly sockets: string; readonly cores: string } };
  readonly instance_type?: { readonly id: string };
}

const GiB = 1024 ** 3;
const huge = `/instancetypes/${ids.instanceType}`;

async function typeWorld() {
  const world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  const get = async (path: string) => (await call.get(path)).json<TypeDocument>();
  const addVm = async (name: string, members: string) =>
    call.post(
      "/vms",
      `<vm><name>${name}</name><cluster id="${ids.cluster}"/><template><name>Blank</name></template>${members}</vm>`,
    );
  return { world, call, get, addVm };
}

test(
  "the instance types of oVirt are there with its ids and sizes",
  proves(["GET /instancetypes", "GET /instancetypes/{}"], async () => {
    await using world = await restWorld();
    const call = restCaller(world);
    assert.deepEqual(await call.namesAt("/instancetypes"), ["Large", "Medium", "Small", "Tiny", "XLarge"]);
    assert.deepEqual(await call.namesAt("/instancetypes?search=name=Tin*"), ["Tiny"]);
    const large = (await call.get("/instancetypes/00000009-0009-0009-0009-0000000000f1")).json<TypeDocument>();
    const { name, memory, memory_policy, cpu } = large;
    assert.deepEqual(
      [name, memory, memory_policy.guaranteed, cpu.topology.sockets],
      ["Large", String(8 * GiB), String(8 * GiB), "2"],
    );
  }),
);

test(
  "an instance type is added, changed and removed",
  proves(["POST /instancetypes", "PUT /instancetypes/{}", "DELETE /instancetypes/{}"], async () => {
    const { world, call, get } = await typeWorld();
    await using _ = world;
    const added = await call.post(
      "/instancetypes",
      `<instance_type><name>web</name><description>d</description><memory>${3 * GiB}</memory>
        <cpu><topology><cores>2</cores></topology></cpu></instance_type>`,
    );
    assert.equal(added.status, 201, added.text);
    const path = `/instancetypes/${added.json<TypeDocument>().id}`;
    await call.put(path, "<instance_type><cpu><topology><sockets>4</sockets></topology></cpu></instance_type>");
    const { name, description, memory, cpu } = await get(path);
    assert.deepEqual([name, description, memory], ["web", "d", String(3 * GiB)]);
    assert.deepEqual([cpu.topology.sockets, cpu.topology.cores], ["4", "2"]);
    assert.equal((await call.remove(path)).status, 200);
    assert.equal((await call.get(path)).status, 404);
    assert.deepEqual(await call.events(/the instance type/), [
      "1000401 admin@internal added the instance type web.",
      "1000402 admin@internal changed the instance type web.",
      "1000403 admin@internal removed the instance type web.",
    ]);
  }),
);

test("a VM made with an instance type has its size and its NICs", async () => {
  const { world, addVm, get, call } = await typeWorld();
  await using _ = world;
  const added = await addVm("big", "<instance_type><name>huge</name></instance_type>");
  assert.equal(added.status, 201, added.text);
  const vm = await get(`/vms/${added.json<TypeDocument>().id}`);
  assert.deepEqual([vm.memory, vm.memory_policy.max], [String(32 * GiB), String(64 * GiB)]);
  assert.equal(vm.instance_type?.id, ids.instanceType);
  assert.deepEqual(await call.namesAt(`/vms/${vm.id}/nics`), ["nic1"]);
});

test("what is asked for besides counts more, and a VM of another size is of no instance type", async () => {
  const { world, addVm, get, call } = await typeWorld();
  await using _ = world;
  const type = `<instance_type id="${ids.instanceType}"/>`;
  const own = await addVm("own", `${type}<memory>${2 * GiB}</memory>`);
  assert.deepEqual(
    [own.json<TypeDocument>().memory, own.json<TypeDocument>().instance_type],
    [String(2 * GiB), undefined],
  );
  // It runs: what it is made of now is asked for.
  const path = `/vms/${ids.vm}?next_run=true`;
  await call.put(path, `<vm>${type}</vm>`);
  assert.equal((await get(path)).instance_type?.id, ids.instanceType);
  await call.put(path, "<vm><comment>the size stays</comment></vm>");
  assert.equal((await get(path)).instance_type?.id, ids.instanceType);
  await call.put(path, "<vm><cpu><topology><cores>3</cores></topology></cpu></vm>");
  const changed = await get(path);
  assert.deepEqual(
    [changed.instance_type, changed.cpu.topology.cores, changed.memory],
    [undefined, "3", String(32 * GiB)],
  );
});

test("an instance type that changes changes its VMs; one that goes leaves them as they are", async () => {
  const { world, get, call } = await typeWorld();
  await using _ = world;
  // It runs: what it is made of now is asked for.
  const path = `/vms/${ids.vm}?next_run=true`;
  await call.put(path, `<vm><instance_type id="${ids.instanceType}"/></vm>`);
  await call.put(huge, `<instance_type><memory>${40 * GiB}</memory></instance_type>`);
  const resized = await get(path);
  assert.deepEqual([resized.memory, resized.instance_type?.id], [String(40 * GiB), ids.instanceType]);
  assert.equal((await call.remove(huge)).status, 200);
  const left = await get(path);
  assert.deepEqual([left.memory, left.instance_type], [String(40 * GiB), undefined]);
});

test(
  "an instance type has NICs and a console of its own",
  proves(
    [
      "GET /instancetypes/{}/nics",
      "GET /instancetypes/{}/nics/{}",
      "POST /instancetypes/{}/nics",
      "PUT /instancetypes/{}/nics/{}",
      "DELETE /instancetypes/{}/nics/{}",
      "GET /instancetypes/{}/graphicsconsoles",
      "GET /instancetypes/{}/graphicsconsoles/{}",
      "POST /instancetypes/{}/graphicsconsoles",
      "DELETE /instancetypes/{}/graphicsconsoles/{}",
    ],
    async () => {
      const { world, call } = await typeWorld();
      await using _ = world;
      const added = await call.post(`${huge}/nics`, "<nic><name>nic2</name><interface>e1000e</interface></nic>");
      assert.equal(added.status, 201, added.text);
      const { id } = added.json<{ id: string }>();
      await call.put(`${huge}/nics/${id}`, "<nic><name>nic3</name></nic>");
      const nic = (await call.get(`${huge}/nics/${id}`)).json<{ name: string; interface: string }>();
      assert.deepEqual([nic.name, nic.interface], ["nic3", "e1000e"]);
      assert.match((await call.post(`${huge}/nics`, "<nic><name>nic1</name></nic>")).text, /name is already in use/);
      assert.match((await call.post(`${huge}/nics`, "<nic/>")).text, /Nic \[name\] required for add/);
      assert.equal((await call.remove(`${huge}/nics/${id}`)).status, 200);
      assert.equal((await call.remove(`${huge}/nics/${id}`)).status, 404);
      assert.deepEqual(await call.namesAt(`${huge}/nics`), ["nic1"]);

      const consoles = `${huge}/graphicsconsoles`;
      const vnc = "<graphics_console><protocol>vnc</protocol></graphics_console>";
      assert.equal((await call.get(`${consoles}/766e63`)).status, 200);
      assert.equal((await call.post(consoles, vnc)).status, 409);
      assert.equal((await call.remove(`${consoles}/766e63`)).status, 200);
      assert.equal((await call.get(`${consoles}/766e63`)).status, 404);
      assert.equal((await call.post(consoles, vnc)).status, 201);
      assert.match((await call.post(consoles, vnc.replace("vnc", "spice"))).text, /Only VNC consoles are supported/);
      const { graphics_console } = (await call.get(consoles)).json<{ graphics_console: { protocol: string }[] }>();
      assert.deepEqual(
        graphics_console.map(({ protocol }) => protocol),
        ["vnc"],
      );
    },
  ),
);

test("an instance type that cannot be is refused", async () => {
  const { world, call, addVm } = await typeWorld();
  await using _ = world;
  const refusals: readonly (readonly ["post" | "put", string, string, number, RegExp])[] = [
    ["post", "/instancetypes", "<instance_type/>", 400, /InstanceType \[name\] required for add/],
    ["post", "/instancetypes", "<instance_type><name>Tiny</name></instance_type>", 409, /name is already in use/],
    ["put", huge, "<instance_type><name>Tiny</name></instance_type>", 409, /name is already in use/],
    ["put", huge, "<instance_type><memory>1</memory></instance_type>", 400, /memory of a VM must be/],
  ];
  for (const [method, path, body, status, detail] of refusals) {
    const reply = await call[method](path, body);
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.text, detail);
  }
  assert.equal((await addVm("x", "<instance_type><name>none</name></instance_type>")).status, 404);
});
