import assert from "node:assert/strict";
import { test } from "node:test";
import { readXml } from "@yagura/rest-model";
import { hashToken } from "../auth/authn/tokens.ts";
import { findHostTicket, spendHostTicket } from "../db/queries/host-tickets.ts";
import { transaction } from "../db/transaction.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";

const url = "/ovirt-engine/api/hosttickets";
const headers = { "content-type": "application/xml" };

async function makeTicket(world: RestWorld): Promise<{ id: string; value: string; href: string }> {
  const payload = `<host_ticket><cluster id="${ids.cluster}"/></host_ticket>`;
  const reply = await world.request({ method: "POST", url, payload, headers });
  assert.equal(reply.status, 201, reply.text);
  const { id = "", value = "", href = "" } = readXml("host_ticket", reply.text);
  return { id, value, href };
}

test("a ticket is listed without its value until it is withdrawn", async () => {
  await using world = await restWorld();
  const { hostTicket } = await populate(world);
  const { id, value, href } = await makeTicket(world);
  const listed = await world.request({ url });
  assert.deepEqual(
    [...listed.text.matchAll(/<host_ticket id="([^"]+)"/g)].map(([, each]) => each).sort(),
    [hostTicket, id].sort(),
  );
  const one = await world.request({ url: href });
  assert.equal(readXml("host_ticket", one.text).cluster?.id, ids.cluster);
  for (const { text } of [listed, one]) assert.ok(!text.includes(value) && !text.includes("<value>"));

  assert.equal((await world.request({ method: "DELETE", url: href })).status, 200);
  assert.equal((await findHostTicket(world.services.db, hashToken(value) ?? ""))?.isRevoked, true);
  for (const method of ["GET", "DELETE"] as const)
    assert.equal((await world.request({ method, url: href })).status, 404);
});

test("a ticket that was used or has expired is not there any more", async () => {
  await using world = await restWorld();
  await populate(world);
  const { value, href } = await makeTicket(world);
  const use = { secretHash: hashToken(value) ?? "", hostId: ids.host, keyFingerprint: "key", nowMs: 1 };
  assert.ok(await transaction(world.services.db, (tx) => spendHostTicket(tx, use)));
  assert.equal((await world.request({ url: href })).status, 404);
  await world.clock.advance(2 * 60 * 60_000);
  assert.doesNotMatch((await world.request({ url })).text, /<host_ticket /);
});

test("whoever may see a cluster and add no hosts to it sees no tickets of it", async () => {
  await using world = await restWorld();
  await populate(world);
  const { href } = await makeTicket(world);
  await world.addUser("ann", "VmCreator", { type: "cluster", id: ids.cluster });
  assert.doesNotMatch((await world.request({ url, as: "ann" })).text, /<host_ticket /);
  for (const method of ["GET", "DELETE"] as const) {
    assert.equal((await world.request({ method, url: href, as: "ann" })).status, 404);
  }
  assert.equal((await world.request({ url: href })).status, 200);
});
