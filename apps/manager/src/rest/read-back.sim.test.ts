import assert from "node:assert/strict";
import { test } from "node:test";
import { provesWhatItSees } from "@yagura/testing/proves.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { operationOf } from "./not-implemented.ts";
import { emptyCollectionRoutes } from "./resources/empty-collections.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";
import { routes } from "./routes.ts";

// Everything that is read, read twice: in a list, and by itself where the list says that it is.

const api = "/ovirt-engine/api";
const json = { "content-type": "application/json", accept: "application/json" };
const none = new Set(emptyCollectionRoutes.map(({ path }) => path));
const paths = routes({ instanceId: "", version: "0" })
  .filter(({ method, path }) => method === "GET" && !none.has(path))
  .map(({ path }) => path);
const itemOf = (list: string): string | undefined =>
  paths.find((path) => path !== list && path.replace(/\/:\w+$/, "") === list);
const lists = paths.filter((path) => /\/[a-z]+$/.test(path) && path !== "/datacenters/:dataCenter/spm");
const key = Buffer.concat([Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1"), Buffer.alloc(32, 7)]);
const publicKey = `ssh-ed25519 ${key.toString("base64")} ann@example`;

/** Of longer lists these many are read again. */
const ITEMS_MAX = 8;

test(
  "what a list shows is what is shown by itself, of everything that can be read",
  provesWhatItSees(async () => {
    await using world = await restWorld();
    await populate(world);
    await addPeople(world);
    const seen = new Set(["GET /"]);
    const places = new Map<string, string[]>([["", [""]]]);
    for (const list of lists.toSorted((a, b) => a.length - b.length)) {
      const parents = places.get(list.slice(0, list.lastIndexOf("/"))) ?? [];
      for (const parent of parents) await lookInto(world, { list, parent, seen, places });
    }
    return [...seen].filter((operation) => !operation.includes("/hosttickets"));
  }),
);

interface Look {
  /** The path of a route. */
  readonly list: string;
  /** What the list is of. */
  readonly parent: string;
  /** Operations that have shown something; grows. */
  readonly seen: Set<string>;
  /** What was found, by the path of its route; grows. */
  readonly places: Map<string, string[]>;
}

async function lookInto({ request }: RestWorld, { list, parent, seen, places }: Look): Promise<void> {
  const at = `${parent}${list.slice(list.lastIndexOf("/"))}`;
  const reply = await request({ url: `${api}${at}`, headers: json });
  assert.equal(reply.status, 200, at);
  const [items = []] = Object.values(reply.json<Record<string, { id: string }[]>>());
  const item = itemOf(list);
  if (items.length > 0) seen.add(operationOf({ method: "GET", path: list }));
  for (const each of items.slice(0, ITEMS_MAX)) {
    if (item === undefined) continue;
    const path = `${at}/${each.id}`;
    const alone = await request({ url: `${api}${path}`, headers: json });
    assert.equal(alone.status, 200, path);
    assert.deepEqual(alone.json(), each, path);
    seen.add(operationOf({ method: "GET", path: item }));
    places.set(item, [...(places.get(item) ?? []), path]);
  }
}

/** What `populate` does not make: somebody with everything that a user can have, and a right on each thing. */
async function addPeople({ request, addUser }: RestWorld): Promise<void> {
  const { id: userId } = await addUser("ann");
  const add = async (path: string, payload: object) => {
    const reply = await request({ method: "POST", url: `${api}${path}`, headers: json, payload });
    assert.equal(reply.status, 201, `${path}: ${reply.text}`);
    return reply.json<{ id: string }>().id;
  };
  const permission = { user: { id: userId }, role: { name: "UserRole" } };
  const groupId = await add("/groups", { name: "crew", domain: { name: "internal" } });
  await add(`/users/${userId}/options`, { name: "theme", content: '"dark"' });
  await add(`/users/${userId}/tags`, { id: ids.tag });
  await add(`/users/${userId}/sshpublickeys`, { content: publicKey });
  await add(`/clusters/${ids.cluster}/permissions`, { group: { id: groupId }, role: { name: "UserRole" } });
  await add("/permissions", { group: { id: groupId }, role: { name: "UserRole" } });
  await add(`/groups/${groupId}/tags`, { id: ids.tag });
  for (const owner of [
    `clusters/${ids.cluster}`,
    `datacenters/${ids.dataCenter}`,
    `disks/${ids.disk}`,
    `hosts/${ids.host}`,
  ]) {
    await add(`/${owner}/permissions`, permission);
  }
  for (const owner of [`storagedomains/${ids.storageDomain}`, `templates/${ids.template}`, `vms/${ids.vm}`]) {
    await add(`/${owner}/permissions`, permission);
  }
}
