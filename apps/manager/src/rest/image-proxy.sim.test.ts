import assert from "node:assert/strict";
import { once } from "node:events";
import { request as send } from "node:http";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import type { Services } from "../context.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";

type PutImage = Services["hosts"]["putImage"];

async function listening(putImage: PutImage) {
  const world = await restWorld({ hosts: { putImage } });
  await populate(world);
  await world.server.app.listen({ port: 0, host: "127.0.0.1" });
  const address = world.server.app.server.address();
  return { world, port: typeof address === "object" && address !== null ? address.port : 0 };
}

function put(port: number, transfer: string, headers: Record<string, string | number>) {
  return send({ host: "127.0.0.1", port, method: "PUT", path: `/images/${transfer}`, headers });
}

async function statusOf(upload: ReturnType<typeof send>): Promise<{ status: number; text: string }> {
  const [response] = await once(upload, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text };
}

test("the bytes of a disk reach its host in order and whole", async () => {
  let received = 0;
  const { world, port } = await listening(async (hostId, { content, sizeBytes, imageId }) => {
    assert.deepEqual([hostId, imageId, sizeBytes], [ids.host, ids.looseDisk, 300_000]);
    for await (const chunk of content) {
      for (const byte of chunk) assert.equal(byte, received++ % 251);
    }
  });
  await using _ = world;
  const upload = put(port, ids.transfer, { "content-length": 300_000 });
  upload.end(Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251)));
  assert.equal((await statusOf(upload)).status, 200);
  assert.equal(received, 300_000);
  const transfer = await world.request({
    url: `/ovirt-engine/api/imagetransfers/${ids.transfer}?accept=application/json`,
  });
  assert.equal(transfer.json()["transferred"], "300000");
});

test("while the host does not take the bytes, the client waits", async () => {
  const gate = Promise.withResolvers<void>();
  let received = 0;
  const { world, port } = await listening(async (_, { content }) => {
    await gate.promise;
    for await (const chunk of content) received += chunk.length;
  });
  await using _ = world;
  const size = 64 * 1024 * 1024;
  const upload = put(port, ids.transfer, { "content-length": size });
  const block = Buffer.alloc(1024 * 1024);
  let sent = 0;
  const pump = (): void => {
    while (sent < size) {
      sent += block.length;
      if (!upload.write(block)) break;
    }
    if (sent >= size) upload.end();
    else upload.once("drain", pump);
  };
  pump();
  // It has stopped when nothing more was sent between two looks.
  let before = -1;
  const hasStopped = (): boolean => {
    const isSame = before === sent;
    before = sent;
    return isSame;
  };
  await poll("the upload to stop", hasStopped, { timeoutMs: 10_000, everyMs: 200 });
  assert.ok(sent < size / 2, `${sent} bytes were taken although nobody reads them`);
  gate.resolve();
  assert.equal((await statusOf(upload)).status, 200);
  assert.equal(received, size);
});

test("an unknown transfer, a part, or an image without a length is refused in plain words", async () => {
  const { world, port } = await listening(() => Promise.reject(new Error("not reached")));
  await using _ = world;
  const cases: [string, Record<string, string | number>, number][] = [
    [ids.nic, { "content-length": 1 }, 403],
    ["x", { "content-length": 1 }, 403],
    [ids.transfer, { "content-length": 1, "content-range": "bytes 5-6/*" }, 416],
    [ids.transfer, { "transfer-encoding": "chunked" }, 411],
  ];
  for (const [transfer, headers, expected] of cases) {
    const upload = put(port, transfer, headers);
    upload.end("x");
    const { status, text } = await statusOf(upload);
    assert.equal(status, expected, JSON.stringify(headers));
    assert.ok(!text.includes("<"), text);
  }
});
