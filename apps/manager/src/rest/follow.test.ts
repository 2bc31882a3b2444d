import assert from "node:assert/strict";
import { test } from "node:test";
import { BadParameter } from "./edge/parameters.ts";
import { follow, parseFollow } from "./follow.ts";
import { entity, list } from "./route.ts";

const disk = {
  id: "d",
  href: "/api/disks/d",
  alias: "disk",
  link: [{ rel: "statistics", href: "/api/disks/d/statistics" }],
};
const pages = new Map([
  ["/api/vms/v/diskattachments", list("disk_attachment", [{ id: "d", disk: { id: "d", href: "/api/disks/d" } }])],
  ["/api/disks/d", entity("disk", disk)],
  ["/api/disks/d/statistics", list("statistic", [{ id: "s", name: "data.current.read" }])],
  ["/api/clusters/c", entity("cluster", { id: "c", name: "Default" })],
]);
let questions = 0;
const fetch = async (hrefs: readonly string[]) => {
  questions++;
  return hrefs.map((href) => pages.get(href));
};

const vm = {
  id: "v",
  name: "demo",
  cluster: { id: "c", href: "/api/clusters/c" },
  template: { id: "t", href: "/api/templates/t" },
  link: [
    { rel: "diskattachments", href: "/api/vms/v/diskattachments" },
    { rel: "nics", href: "/api/vms/v/nics" },
  ],
};

test("follow puts collections and objects in the place of links and references, at any depth", async () => {
  const tree = parseFollow("disk_attachments.disk.statistics, cluster,nothing");
  assert.deepEqual(
    await follow(list("vm", [vm]), tree, fetch),
    list("vm", [
      {
        ...vm,
        link: [{ rel: "nics", href: "/api/vms/v/nics" }],
        cluster: { id: "c", name: "Default" },
        disk_attachments: [
          { id: "d", disk: { ...disk, link: [], statistics: [{ id: "s", name: "data.current.read" }] } },
        ],
      },
    ]),
  );
});

test("follow asks once for each name of a level, and for what several share once", async () => {
  questions = 0;
  const found = await follow(list("vm", [vm, { ...vm, id: "w" }]), parseFollow("disk_attachments.disk,cluster"), fetch);
  assert.equal(questions, 3);
  const [first, second] = found.kind === "list" ? found.values : [];
  assert.deepEqual({ ...second, id: "v" }, first);
});

test("follow goes through a list that is read in pieces", async () => {
  async function* pieces() {
    yield [vm];
    yield [vm, vm];
  }
  const found = await follow({ kind: "pieces", type: "vm", pieces: pieces() }, parseFollow("cluster"), fetch);
  const seen: (readonly object[])[] = [];
  if (found.kind === "pieces") for await (const piece of found.pieces) seen.push(piece);
  assert.deepEqual(
    seen.map((piece) => piece.map((each) => "cluster" in each && each.cluster)),
    [1, 2].map((count) => Array(count).fill({ id: "c", name: "Default" })),
  );
});

test("follow leaves what cannot be read as it is", async () => {
  const answer = entity("vm", vm);
  assert.deepEqual(await follow(answer, parseFollow("template,nics"), fetch), answer);
  assert.equal(await follow(answer, parseFollow(""), fetch), answer);
});

test("follow refuses names that are none, and paths without end", () => {
  for (const bad of ["../x", "a b", "a..b", "__proto__", "a.a.a.a.a.a.a", "Nics"]) {
    assert.throws(() => parseFollow(bad), BadParameter, bad);
  }
});
