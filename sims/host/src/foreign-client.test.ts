import assert from "node:assert/strict";
import { connect as connectTcp, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { Client, type IFrame, type IMessage, Versions } from "@stomp/stompjs";
import { createAuthority } from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { hostCredentials, managerTls } from "./credentials.fixture.ts";
import { diskless, ids } from "./host.fixture.ts";
import { startSimulatedHost } from "./mod.ts";

// A STOMP client that is not ours. It thinks in WebSockets, so a socket is dressed up as one.

type WebSocketFactory = NonNullable<Client["webSocketFactory"]>;
type StompSocket = ReturnType<WebSocketFactory>;

function asWebSocket(socket: Socket, openEvent: "connect" | "secureConnect"): StompSocket {
  let readyState = 0;
  const dressed: StompSocket = {
    url: "",
    binaryType: "arraybuffer",
    get readyState() {
      return readyState;
    },
    onopen: undefined,
    onmessage: undefined,
    onclose: undefined,
    onerror: undefined,
    send: (data) => void socket.write(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)),
    close: () => void socket.destroy(),
  };
  socket.once(openEvent, () => {
    readyState = 1;
    dressed.onopen?.();
  });
  socket.on("data", (chunk) => dressed.onmessage?.({ data: Uint8Array.from(chunk).buffer }));
  socket.on("error", (error) => dressed.onerror?.(error));
  socket.on("close", () => {
    readyState = 3;
    dressed.onclose?.({});
  });
  return dressed;
}

function stompClient(webSocketFactory: WebSocketFactory): Client {
  return new Client({
    webSocketFactory,
    stompVersions: new Versions([Versions.V1_2]),
    reconnectDelay: 0,
    heartbeatIncoming: 0,
    heartbeatOutgoing: 0,
  });
}

const overTcp =
  ({ port }: { readonly port: number }): WebSocketFactory =>
  () =>
    asWebSocket(connectTcp({ host: "127.0.0.1", port }), "connect");

function connected(client: Client): Promise<IFrame> {
  const { promise, resolve, reject } = Promise.withResolvers<IFrame>();
  client.onConnect = resolve;
  client.onStompError = (frame) => reject(new Error(frame.body));
  client.activate();
  return promise;
}

/** Calls two verbs and waits for the answer of the first and the event of the second. */
async function useAgent(client: Client): Promise<readonly IMessage[]> {
  await connected(client);
  const { promise: answer, resolve: onAnswer } = Promise.withResolvers<IMessage>();
  const { promise: event, resolve: onEvent } = Promise.withResolvers<IMessage>();
  client.subscribe("replies:é", onAnswer);
  client.subscribe("jms.queue.events", onEvent);
  const destination = "jms.topic.vdsm_requests";
  const call = (id: number, method: string, params: object): void =>
    client.publish({
      destination,
      headers: { "reply-to": "replies:é" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });
  call(1, "Host.echo", ["grüß\nGott"]);
  call(2, "VM.create", { vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  return Promise.all([answer, event]);
}

function checkMessages([answer, event]: readonly IMessage[]): void {
  assert.deepEqual(JSON.parse(answer?.body ?? ""), { jsonrpc: "2.0", id: 1, result: "grüß\nGott" });
  assert.equal(answer?.headers["destination"], "replies:é");
  assert.equal(answer?.headers["content-type"], "application/json");
  assert.equal(JSON.parse(event?.body ?? "").method, `|virt|VM_status|${ids.vm}`);
}

test("a foreign STOMP client calls verbs and hears events over TCP", async () => {
  await using host = await startSimulatedHost({ mode: "explicit" });
  const client = stompClient(overTcp(host));
  checkMessages(await useAgent(client));
  await client.deactivate();
});

test("a foreign STOMP client calls verbs and hears events over TLS with its certificate", async () => {
  const authority = await createAuthority({ name: "test", nowMs: systemClock.nowMs() });
  const credentials = await hostCredentials(authority, newId<HostId>());
  await using host = await startSimulatedHost({ mode: "explicit", credentials });
  const tls = await managerTls(authority);
  const at = { host: "127.0.0.1", port: host.port, checkServerIdentity: () => undefined };
  const client = stompClient(() => asWebSocket(connectTls({ ...tls, ...at }), "secureConnect"));
  checkMessages(await useAgent(client));
  await client.deactivate();
});

test("a foreign client that also offers older versions is told that they are not supported", async () => {
  await using host = await startSimulatedHost();
  const client = stompClient(overTcp(host));
  client.stompVersions = Versions.default;
  await assert.rejects(connected(client), /Version unsupported/);
  await client.deactivate({ force: true });
});

test("a foreign client gets its heart-beats agreed and its receipts", async () => {
  await using host = await startSimulatedHost();
  const client = stompClient(overTcp(host));
  Object.assign(client, { heartbeatIncoming: 5000, heartbeatOutgoing: 10 });
  const { headers } = await connected(client);
  assert.equal(headers["heart-beat"], "5000,1000");
  const { promise, resolve } = Promise.withResolvers<IFrame>();
  client.watchForReceipt("r-1", resolve);
  client.subscribe("a", () => undefined, { receipt: "r-1" });
  assert.equal((await promise).headers["receipt-id"], "r-1");
  await client.deactivate();
});
