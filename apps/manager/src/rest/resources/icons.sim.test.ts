import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { deleteVm, updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestCaller, restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

/** The head of a PNG image of this size; nobody looks further. */
function png(width: number, height: number): string {
  const bytes = Buffer.from("89504e470d0a1a0a0000000d494844520000000000000000", "hex");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString("base64");
}

function largeIcon(data: string, mediaType = "image/png"): string {
  return `<large_icon><media_type>${mediaType}</media_type><data>${data}</data></large_icon>`;
}

interface Pictured {
  readonly small_icon: { readonly id: string; readonly href: string };
  readonly large_icon: { readonly id: string; readonly href: string };
}

interface IconDocument {
  readonly id: string;
  readonly media_type: string;
  readonly data: string;
}

async function iconWorld() {
  const world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  return { world, call, sentIcons: async () => (await allIcons(call)).filter(({ id }) => !id.startsWith("1c00")) };
}

async function allIcons(call: RestCaller): Promise<readonly IconDocument[]> {
  return (await call.get("/icons")).json<{ icon: IconDocument[] }>().icon;
}

test(
  "a VM looks like its operating system until somebody gives it a picture",
  proves(["GET /icons", "GET /icons/{}"], async () => {
    const { world, call } = await iconWorld();
    await using _ = world;
    const path = `/vms/${ids.otherVm}`;
    const before = (await call.get(path)).json<Pictured>();
    await call.put(path, "<vm><os><type>debian_9</type></os></vm>");
    const debian = (await call.get(path)).json<Pictured>();
    assert.notEqual(debian.small_icon.id, before.small_icon.id);
    const { operating_system } = (await call.get("/operatingsystems")).json<{
      operating_system: (Pictured & { name: string })[];
    }>();
    const system = operating_system.find(({ name }) => name === "debian_9");
    assert.deepEqual([debian.small_icon, debian.large_icon], [system?.small_icon, system?.large_icon]);
    const icon = (await call.get(`/icons/${debian.small_icon.id}`)).json<IconDocument>();
    assert.equal(icon.media_type, "image/svg+xml");
    assert.match(Buffer.from(icon.data, "base64").toString(), /^<svg .*width="45" height="45".*<\/svg>$/);
    assert.ok((await allIcons(call)).some(({ id }) => id === debian.small_icon.id));
  }),
);

test("a picture that is sent is the VM's, with a small one that shows it, and is gone with the last that has it", async () => {
  const { world, call, sentIcons } = await iconWorld();
  await using _ = world;
  const data = png(150, 120);
  for (const id of [ids.vm, ids.otherVm]) {
    const changed = await call.put(`/vms/${id}`, `<vm>${largeIcon(data)}</vm>`);
    assert.equal(changed.status, 200, changed.text);
  }
  const { small_icon, large_icon } = (await call.get(`/vms/${ids.vm}`)).json<Pictured>();
  const large = (await call.get(`/icons/${large_icon.id}`)).json<IconDocument>();
  assert.deepEqual([large.media_type, large.data], ["image/png", data]);
  const small = (await call.get(`/icons/${small_icon.id}`)).json<IconDocument>();
  assert.ok(Buffer.from(small.data, "base64").toString().includes(data));
  // The same picture is kept once.
  assert.equal((await sentIcons()).length, 2);
  await call.put(`/vms/${ids.vm}`, `<vm>${largeIcon(png(10, 10))}</vm>`);
  assert.equal((await sentIcons()).length, 4);
  await transaction(world.services.db, (tx) => deleteVm(tx, ids.otherVm));
  assert.equal((await sentIcons()).length, 2);
  assert.deepEqual(await call.events(/not supported here/), []);
});

test("a template has pictures too, and a VM made from it has the same", async () => {
  const { world, call, sentIcons } = await iconWorld();
  await using _ = world;
  const changed = await call.put(`/templates/${ids.template}`, `<template>${largeIcon(png(30, 30))}</template>`);
  const { small_icon, large_icon } = changed.json<Pictured>();
  const added = await call.post(
    "/vms",
    `<vm><name>new</name><cluster id="${ids.cluster}"/><template id="${ids.template}"/></vm>`,
  );
  assert.equal(added.status, 201, added.text);
  const vm = added.json<Pictured>();
  assert.deepEqual([vm.small_icon.id, vm.large_icon.id], [small_icon.id, large_icon.id]);
  const own = await call.post(
    "/vms",
    `<vm><name>own</name><cluster id="${ids.cluster}"/><template id="${ids.template}"/>${largeIcon(png(20, 20))}</vm>`,
  );
  assert.notEqual(own.json<Pictured>().large_icon.id, large_icon.id);
  assert.equal((await sentIcons()).length, 4);
  const byId = await call.put(`/vms/${ids.vm}`, `<vm><small_icon id="${small_icon.id}"/></vm>`);
  assert.equal(byId.json<Pictured>().small_icon.id, small_icon.id);
});

test("a template that is made gets the pictures of its VM, or those that are sent with it", async () => {
  const { world, call } = await iconWorld();
  await using _ = world;
  const vm = (await call.put(`/vms/${ids.otherVm}`, `<vm>${largeIcon(png(30, 30))}</vm>`)).json<Pictured>();
  const make = async (name: string, members: string) => {
    const body = `<template><name>${name}</name><vm id="${ids.otherVm}"/>${members}</template>`;
    const made = await call.post("/templates", body);
    assert.equal(made.status, 201, made.text);
    // Its saga has no steps here: nobody else lets go of the VM.
    await transaction(world.services.db, (tx) => updateVmRun(tx, ids.otherVm, { status: "down" }));
    return made.json<Pictured>();
  };
  assert.equal((await make("like", "")).large_icon.id, vm.large_icon.id);
  const own = await make("own", largeIcon(png(20, 20)));
  const { data } = (await call.get(`/icons/${own.large_icon.id}`)).json<IconDocument>();
  assert.equal(data, png(20, 20));
});

test("what is no picture for a VM is refused, and nothing of it is kept", async () => {
  const { world, call, sentIcons } = await iconWorld();
  await using _ = world;
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>').toString("base64");
  const tooLarge = Buffer.concat([Buffer.from(png(10, 10), "base64"), Buffer.alloc(25 * 1024)]).toString("base64");
  const refusals: readonly (readonly [string, RegExp])[] = [
    [largeIcon(png(151, 120)), /Vm icon has invalid dimensions \(151x120\)\. Allowed dimmension: from 1x1 to 150x120/],
    [largeIcon(svg, "image/svg+xml"), /Provided VM icon is of unknown type/],
    [largeIcon(png(10, 10), "image/gif"), /Vm icon mime type \(image\/gif\) doesn't match image data \(image\/png\)/],
    [largeIcon("a b"), /Base64 part of vm icon is malformed/],
    [largeIcon(tooLarge), /Data size of provided icon \(\d+ B\) is too big/],
    [`<small_icon><media_type>image/png</media_type><data>${png(10, 10)}</data></small_icon>`, /icons are set by/],
    ['<large_icon id="00000000-0000-4000-8000-00000000beef"/>', /Large icon of provided id does not exists/],
  ];
  for (const [icon, detail] of refusals) {
    const reply = await call.put(`/vms/${ids.vm}`, `<vm>${icon}</vm>`);
    assert.equal(reply.status, 400, reply.text);
    assert.match(reply.text, detail);
  }
  assert.deepEqual(await sentIcons(), []);
});
