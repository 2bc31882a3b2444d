import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { before, test } from "node:test";
import { serveAgent } from "@yagura/agent-protocol";
import type { Credentials } from "@yagura/pki";
import { newId, type TaskId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import type { StorageImages } from "../storage/contract/images.ts";
import { StorageError } from "../storage/errors.ts";
import { imageHeaders, imageHttp } from "../testing/put-image.ts";
import { createTestPki, type TestPki } from "../testing/test-pki.ts";
import { ImageHttp } from "./image-http.ts";
import { Listener } from "./listener.ts";

let pki: TestPki;
let manager: Credentials;
before(async () => {
  pki = await createTestPki();
  manager = await pki.manager();
});

const taskId = newId<TaskId>();
const ids = { storagepoolID: newId(), storagedomainID: newId(), imageID: newId(), volumeID: newId() };

async function openPort(images: Partial<StorageImages>, isRecovering = false) {
  const agent = serveAgent({ verbs: {} });
  const refuse = () => Promise.reject(new Error("not in this test"));
  const http = new ImageHttp({
    images: { upload: refuse, download: refuse, ...images },
    log: silentLog,
    isRecovering: () => isRecovering,
  });
  const listener = await Listener.open({
    address: "127.0.0.1",
    port: 0,
    credentials: await pki.host(),
    log: silentLog,
    agent,
    serveHttp: (socket, firstBytes, peer) => http.serve(socket, firstBytes, peer),
  });
  return {
    at: { port: listener.port, credentials: manager },
    async [Symbol.asyncDispose]() {
      await agent.close();
      await listener.close();
    },
  };
}

test("PUT hands the body to storage and answers with the task", async () => {
  const received: Buffer[] = [];
  await using port = await openPort({
    async upload(volume, body, { lengthBytes }) {
      assert.equal(volume.volumeId, ids.volumeID);
      assert.equal(lengthBytes, 300_000);
      for await (const chunk of body) received.push(chunk);
      return taskId;
    },
  });
  const body = Buffer.alloc(300_000, 7);
  const headers = {
    ...imageHeaders(ids),
    "Content-Length": String(body.length),
    "Content-Type": "application/octet-stream",
  };
  const answer = await imageHttp(port.at, { method: "PUT", headers, body });
  assert.deepEqual([answer.status, answer.headers["task-id"]], [200, taskId]);
  assert.deepEqual(Buffer.concat(received), body);
});

test("GET answers with the first bytes and the task", async () => {
  await using port = await openPort({
    async download(_volume, options) {
      assert.equal(options?.lengthBytes, 10);
      return { taskId, lengthBytes: 10, body: Readable.from([Buffer.from("0123456789")]) };
    },
  });
  const headers = { ...imageHeaders(ids), Range: "bytes=0-9" };
  const answer = await imageHttp(port.at, { method: "GET", headers });
  assert.deepEqual([answer.status, answer.headers["task-id"], answer.body.toString()], [206, taskId, "0123456789"]);
});

test("what storage refuses is answered with its code", async () => {
  await using port = await openPort({ upload: () => Promise.reject(new StorageError("VolumeIsBusy", "in use")) });
  const headers = { ...imageHeaders(ids), "Content-Length": "1" };
  const answer = await imageHttp(port.at, { method: "PUT", headers, body: Buffer.from("x") });
  assert.equal(answer.status, 500);
  assert.deepEqual(JSON.parse(answer.body.toString()), { status: { code: 203, message: "in use" } });
});

const badRequests: Record<string, [Record<string, string>, number]> = {
  "a volume id that is none": [{ ...imageHeaders(ids), "Volume-Id": "../x" }, 400],
  "a pool id that is missing": [Object.fromEntries(Object.entries(imageHeaders(ids)).slice(1)), 400],
  "a range that does not begin at 0": [{ ...imageHeaders(ids), Range: "bytes=5-9" }, 416],
};
for (const [name, [headers, status]] of Object.entries(badRequests)) {
  test(`a request with ${name} is refused before storage hears of it`, async () => {
    await using port = await openPort({});
    assert.equal((await imageHttp(port.at, { method: "GET", headers })).status, status);
  });
}

test("a PUT without a length is refused", async () => {
  await using port = await openPort({});
  const headers = { ...imageHeaders(ids), "Transfer-Encoding": "chunked" };
  const body = (async function* () {
    yield Buffer.from("x");
  })();
  assert.equal((await imageHttp(port.at, { method: "PUT", headers, body })).status, 411);
});

test("until recovery is done transfers are refused", async () => {
  await using port = await openPort({}, true);
  assert.equal((await imageHttp(port.at, { method: "GET", headers: imageHeaders(ids) })).status, 503);
});

test("another host may not transfer images", async () => {
  await using port = await openPort({});
  const at = { ...port.at, credentials: await pki.host() };
  assert.equal((await imageHttp(at, { method: "GET", headers: imageHeaders(ids) })).status, 403);
});
