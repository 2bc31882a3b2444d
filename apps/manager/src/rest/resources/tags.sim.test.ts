import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { deleteVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { accept: "application/json" };
const xml = { "content-type": "application/xml" };

interface TagDocument {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly parent?: { readonly id: string };
  readonly vm?: { readonly id: string };
}

async function send(world: RestWorld, method: "POST" | "PUT", path: string, payload: string) {
  return world.request({ method, url: `${api}${path}`, payload, headers: { ...xml, ...json } });
}

async function remove(world: RestWorld, path: string) {
  return world.request({ method: "DELETE", url: `${api}${path}` });
}

async function tagsAt(world: RestWorld, path: string): Promise<readonly TagDocument[]> {
  const reply = await world.request({ url: `${api}${path}`, headers: json });
  return reply.json<{ tag?: TagDocument[] }>().tag ?? [];
}

async function namesAt(world: RestWorld, path: string): Promise<readonly string[]> {
  return (await tagsAt(world, path)).map(({ name }) => name);
}

async function events(world: RestWorld): Promise<readonly string[]> {
  const { event } = (await world.request({ url: `${api}/events`, headers: json })).json<{
    event: { code: string; description: string }[];
  }>();
  return event.map(({ code, description }) => `${code} ${description}`);
}

test(
  "tags form a tree below the root, and go with what is above them",
  proves(["POST /tags", "DELETE /tags/{}", "GET /tags"], async () => {
    await using world = await restWorld();
    assert.deepEqual(await namesAt(world, "/tags"), ["root"]);
    const parent = (await send(world, "POST", "/tags", "<tag><name>tokyo</name></tag>")).json<TagDocument>();
    assert.equal(parent.parent?.id, "00000000-0000-0000-0000-000000000000");
    const body = "<tag><name>rack1</name><description>first</description><parent><name>tokyo</name></parent></tag>";
    const added = await send(world, "POST", "/tags", body);
    assert.equal(added.status, 201);
    const child = added.json<TagDocument>();
    assert.deepEqual([child.description, child.parent?.id], ["first", parent.id]);
    assert.equal(String(added.headers["location"]), `${api}/tags/${child.id}`);
    assert.equal((await remove(world, `/tags/${parent.id}`)).status, 200);
    assert.deepEqual(await namesAt(world, "/tags"), ["root"]);
    assert.equal((await remove(world, `/tags/${child.id}`)).status, 404);
    assert.deepEqual((await events(world)).filter((text) => text.startsWith("43")).toReversed(), [
      "432 admin@internal added the tag tokyo.",
      "432 admin@internal added the tag rack1.",
      "434 admin@internal removed the tag tokyo.",
    ]);
  }),
);

test(
  "a tag is renamed and moved, and what is not said stays",
  proves(["PUT /tags/{}"], async () => {
    await using world = await restWorld();
    await populate(world);
    await send(world, "POST", "/tags", "<tag><name>a</name></tag>");
    const moved = await send(
      world,
      "PUT",
      `/tags/${ids.tag}`,
      "<tag><name>www</name><parent><name>a</name></parent></tag>",
    );
    assert.equal(moved.status, 200);
    await send(world, "PUT", `/tags/${ids.tag}`, "<tag><description>new</description></tag>");
    const tags = await tagsAt(world, "/tags");
    const www = tags.find(({ id }) => id === ids.tag);
    assert.deepEqual(
      [www?.name, www?.description, www?.parent?.id],
      ["www", "new", tags.find(({ name }) => name === "a")?.id],
    );
    assert.ok((await events(world)).includes("555 admin@internal moved the tag web from root to a."));
  }),
);

test("a tag that cannot be is refused in words that clients know", async () => {
  await using world = await restWorld();
  await populate(world);
  const root = "00000000-0000-0000-0000-000000000000";
  await send(world, "POST", "/tags", "<tag><name>below</name><parent><name>web</name></parent></tag>");
  const refusals: readonly (readonly ["POST" | "PUT", string, string, number, RegExp])[] = [
    ["POST", "/tags", "<tag/>", 400, /Tag \[name\] required for add/],
    ["POST", "/tags", "<tag><name>two words</name></tag>", 400, /Invalid tag name\. Only letters, numbers/],
    [
      "POST",
      "/tags",
      "<tag><name>web</name></tag>",
      409,
      /\[Cannot add Tag\. The specified Tag name already exists\.\]/,
    ],
    ["POST", "/tags", "<tag><name>x</name><parent><name>nothing</name></parent></tag>", 404, /nothing/],
    ["PUT", `/tags/${ids.tag}`, "<tag><name>below</name></tag>", 409, /The specified Tag name already exists/],
    ["PUT", `/tags/${ids.tag}`, "<tag><parent><name>web</name></parent></tag>", 409, /recursive Tag hierarchy/],
    ["PUT", `/tags/${ids.tag}`, "<tag><parent><name>below</name></parent></tag>", 409, /recursive Tag hierarchy/],
    ["PUT", `/tags/${root}`, "<tag><name>x</name></tag>", 409, /Cannot edit readonly tag/],
    ["POST", `/vms/${ids.vm}/tags`, "<tag/>", 400, /Tag \[id\|name\] required for add/],
    ["POST", `/vms/${ids.vm}/tags`, "<tag><name>nothing</name></tag>", 404, /nothing/],
  ];
  for (const [method, path, body, status, detail] of refusals) {
    const reply = await send(world, method, path, body);
    assert.equal(reply.status, status, `${method} ${path} ${body}: ${reply.text}`);
    assert.match(reply.text, detail);
  }
  assert.match((await remove(world, `/tags/${root}`)).text, /The root tag cannot be removed/);
  assert.deepEqual(await namesAt(world, "/tags"), ["below", "root", "web"]);
});

test(
  "VMs, hosts, templates, users and groups are given tags by id or name, and lose them again",
  proves(
    (["vms", "hosts", "templates", "users", "groups"] as const).flatMap((path) => [
      `POST /${path}/{}/tags` as const,
      `DELETE /${path}/{}/tags/{}` as const,
    ]),
    async () => {
      await using world = await restWorld();
      await populate(world);
      const ann = await world.addUser("ann");
      await send(world, "POST", "/tags", "<tag><name>blue</name></tag>");
      const blue = (await tagsAt(world, "/tags")).find(({ name }) => name === "blue")?.id ?? "";
      const group = (
        await send(world, "POST", "/groups", "<group><name>night</name><domain><name>internal</name></domain></group>")
      ).json<{ id: string }>();
      const owners = [
        `/vms/${ids.vm}`,
        `/hosts/${ids.host}`,
        `/templates/${ids.template}`,
        `/users/${ann.id}`,
        `/groups/${group.id}`,
      ];
      for (const owner of owners) {
        const before = await namesAt(world, `${owner}/tags`);
        const given = await send(world, "POST", `${owner}/tags`, "<tag><name>blue</name></tag>");
        assert.equal(given.status, 201, given.text);
        assert.equal(String(given.headers["location"]), `${api}${owner}/tags/${blue}`);
        // Once more changes nothing.
        await send(world, "POST", `${owner}/tags`, `<tag id="${blue}"/>`);
        assert.deepEqual(await namesAt(world, `${owner}/tags`), ["blue", ...before]);
        const one = await world.request({ url: `${api}${owner}/tags/${blue}`, headers: json });
        assert.equal(one.json<TagDocument>().name, "blue");
        assert.equal((await remove(world, `${owner}/tags/${blue}`)).status, 200);
        assert.equal((await remove(world, `${owner}/tags/${blue}`)).status, 404);
        assert.deepEqual(await namesAt(world, `${owner}/tags`), before);
      }
      assert.deepEqual((await events(world)).filter((text) => text.includes("the tag blue")).toReversed(), [
        "432 admin@internal added the tag blue.",
        "440 admin@internal gave VM demo the tag blue.",
        "446 admin@internal took the tag blue from VM demo.",
        "442 admin@internal gave host one the tag blue.",
        "444 admin@internal took the tag blue from host one.",
        "183 admin@internal gave template demo-template the tag blue.",
        "185 admin@internal took the tag blue from template demo-template.",
        "436 admin@internal gave the user ann the tag blue.",
        "448 admin@internal took the tag blue from the user ann.",
        "438 admin@internal gave the group night the tag blue.",
        "450 admin@internal took the tag blue from the group night.",
      ]);
    },
  ),
);

test("a tag that is removed, or a VM that is, leaves nothing behind", async () => {
  await using world = await restWorld();
  await populate(world);
  assert.deepEqual(await namesAt(world, `/vms/${ids.vm}/tags`), ["web"]);
  assert.equal((await tagsAt(world, `/vms/${ids.vm}/tags`))[0]?.vm?.id, ids.vm);
  const { db } = world.services;
  const count = async () => (await db.selectFrom("tagAssignments").selectAll().execute()).length;
  assert.equal(await count(), 3);
  await transaction(db, (tx) => deleteVm(tx, ids.vm));
  assert.equal(await count(), 2);
  await remove(world, `/tags/${ids.tag}`);
  assert.equal(await count(), 0);
});

test("whoever may not manage tags reads those of what he sees, and changes none", async () => {
  await using world = await restWorld();
  await populate(world);
  await world.addUser("owner", "UserVmManager", { type: "vm", id: ids.vm });
  const as = "owner";
  const read = await world.request({ url: `${api}/vms/${ids.vm}/tags`, as });
  assert.match(read.text, /<name>web<\/name>/);
  assert.equal((await world.request({ url: `${api}/hosts/${ids.host}/tags`, as })).status, 404);
  const payload = "<tag><name>web</name></tag>";
  const own = { method: "POST", url: `${api}/vms/${ids.vm}/tags`, payload, headers: xml, as } as const;
  assert.equal((await world.request(own)).status, 403);
  assert.equal((await world.request({ ...own, url: `${api}/vms/${ids.otherVm}/tags` })).status, 404);
  assert.equal((await world.request({ ...own, url: `${api}/tags` })).status, 403);
});

test("a search by a tag finds what bears it or a tag below it", async () => {
  await using world = await restWorld();
  await populate(world);
  await send(world, "POST", "/tags", "<tag><name>tokyo</name></tag>");
  await send(world, "POST", "/tags", "<tag><name>rack1</name><parent><name>tokyo</name></parent></tag>");
  await send(world, "POST", `/vms/${ids.otherVm}/tags`, "<tag><name>rack1</name></tag>");
  const found = async (search: string) => {
    const reply = await world.request({ url: `${api}/vms?search=${encodeURIComponent(search)}`, headers: json });
    return (reply.json<{ vm?: { name: string }[] }>().vm ?? []).map(({ name }) => name).toSorted();
  };
  assert.deepEqual(await found("tag=rack1"), ["other"]);
  assert.deepEqual(await found("tag=tokyo"), ["other"]);
  assert.deepEqual(await found("tag=root"), ["demo", "other"]);
  assert.deepEqual(await found('tag = "web"'), ["demo"]);
  assert.deepEqual(await found("tag=toky*"), ["other"]);
  assert.deepEqual(await found("tag=nothing"), []);
});
