import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { readXml } from "@yagura/rest-model";
import { newId, type VmId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { ensureVm, getVm } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";
import { streamPieces } from "./stream-pieces.ts";

const VMS = 3000;
const api = "/ovirt-engine/api";

async function worldOfMany(count: number): Promise<RestWorld> {
  const w = await restWorld();
  await populate(w);
  const vm = await getVm(w.services.db, ids.otherVm);
  await transaction(w.services.db, async (tx) => {
    for (let n = 0; n < count; n++) {
      await ensureVm(tx, { ...vm, id: newId<VmId>(), name: `vm-${String(n).padStart(5, "0")}` });
    }
  });
  return w;
}

test("a long list is whole and in order, in XML and in JSON, with follow and without", async () => {
  await using w = await worldOfMany(350);
  const names = (text: string) => [...text.matchAll(/^ {8}<name>([^<]+)/gm)].map(([, name]) => name ?? "");
  const xml = await w.request({ url: `${api}/vms` });
  assert.equal(xml.headers["content-type"], "application/xml;charset=UTF-8");
  assert.equal(names(xml.text).length, 352);
  assert.deepEqual(names(xml.text), names(xml.text).toSorted());
  const json = await w.request({ url: `${api}/vms`, headers: { accept: "application/json" } });
  const { vm } = json.json<{ vm: { name: string }[] }>();
  assert.deepEqual(
    vm.map(({ name }) => name),
    names(xml.text),
  );
  const followed = await w.request({ url: `${api}/vms?follow=cluster,nics` });
  assert.equal(followed.text.match(/<nics>|<nics\/>/g)?.length, 352);
  const second = await w.request({ url: `${api}/vms?search=sortby%20name%20page%202&max=200` });
  assert.deepEqual(names(second.text), names(xml.text).slice(200));
  const [first = ""] = second.text.match(/ {4}<vm [\s\S]*?\n {4}<\/vm>/) ?? [];
  assert.equal(readXml("vm", first.trim()).name, names(xml.text)[200]);
  const head = await w.request({ method: "HEAD", url: `${api}/vms` });
  assert.deepEqual([head.status, head.text], [200, ""]);
  // What is wrong with a request is told before the list begins.
  assert.equal((await w.request({ url: `${api}/vms?search=colour=red` })).status, 400);
});

test("a client that does not read holds up neither others nor memory, and can go away", async () => {
  await using w = await worldOfMany(VMS);
  const token = await w.login("admin");
  const accepted = once(w.server.app.server, "connection") as Promise<[Socket]>;
  const address = await w.server.app.listen({ host: "127.0.0.1", port: 0 });
  const client = connect(Number(new URL(address).port), "127.0.0.1");
  const [[server]] = await Promise.all([accepted, once(client, "connect")]);
  client.pause();
  client.write(`GET ${api}/vms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  let before = -1;
  await poll(
    "the server to wait for its client",
    async () => {
      const isWaiting = server.writableNeedDrain && server.bytesWritten === before;
      before = server.bytesWritten;
      return isWaiting;
    },
    { timeoutMs: 30_000 },
  );
  assert.equal((await w.request({ url: `${api}/vms/${ids.vm}` })).status, 200);
  // All of it would be 20 MB; what nobody takes is not made, and of what is made one piece waits.
  assert.ok(server.bytesWritten < 12_000_000, `${server.bytesWritten} bytes`);
  assert.ok(server.writableLength < 3_000_000, `${server.writableLength} bytes wait`);
  // With what it had not read it resets the connection, which `once` would take for a failure.
  const closed = new Promise<unknown>((resolve) => server.once("close", resolve));
  client.destroy();
  await closed;
  assert.equal((await w.request({ url: `${api}/vms/${ids.vm}` })).status, 200);
});

test("what fails in the middle of a list cuts it off, and is told to the log only", async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  const log = { ...silentLog, error: (message: string) => tell(message) };
  async function* pieces() {
    yield [{ id: "a" }];
    throw new Error("the database went away");
  }
  const answer = { kind: "pieces", type: "vm", pieces: pieces() } as const;
  const stream = streamPieces(answer, "xml", { log, stopping: new AbortController().signal });
  await assert.rejects(async () => {
    for await (const _ of stream);
  }, /went away/);
  assert.equal(await told, "a list was cut off");
});
