import assert from "node:assert/strict";
import { test } from "node:test";
import { effects } from "../effects.fixture.ts";

test("a storage domain of a format that is not made any more is refused, and not made as another one", async () => {
  await using at = await effects();
  const asked = { name: "old", type: "data", host: { id: at.host.hostId }, storage: { type: "localfs", path: "/old" } };
  const answer = await at.rest.request("POST", "/storagedomains", { ...asked, storage_format: "v3" });
  assert.equal(answer.status, 400);
  assert.match(answer.fault, /New storage domains have the format v5, not v3; leave storage_format away/);
  assert.deepEqual(await at.list("/storagedomains?search=name%3Dold"), []);
  const { storage_format: format } = await at.rest.ok("POST", "/storagedomains", { ...asked, storage_format: "v5" });
  assert.equal(format, "v5");
});
