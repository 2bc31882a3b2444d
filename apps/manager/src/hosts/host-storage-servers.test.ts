import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentCalls, ConnectStorageServerStatus } from "@yagura/agent-protocol";
import { newId } from "@yagura/std/ids.ts";
import type { StorageConnection } from "../domain/storage-domain/storage-connection.ts";
import { ensureStorageServer } from "./host-storage-servers.ts";

const connection: StorageConnection = { id: newId(), type: "nfs", address: "nas", path: "/x" };

/** What a user is told when a host gives this answer. */
async function told(answer?: Omit<ConnectStorageServerStatus, "id">): Promise<string> {
  const calls = {
    StoragePool: {
      connectStorageServer: async () => (answer === undefined ? [] : [{ id: connection.id, ...answer }]),
    },
  } as unknown as AgentCalls;
  const signal = new AbortController().signal;
  return ensureStorageServer({ calls, signal }, connection, undefined).then(
    () => "connected",
    (error: Error) => error.message,
  );
}

test("why a host cannot connect to storage is told in its own words, or by its code where it has none", async () => {
  const start = "The host cannot connect to the storage nas:/x: ";
  assert.equal(await told({ status: 0 }), "connected");
  assert.equal(
    await told({
      status: 469,
      message: "cannot connect nas:/x: the server refuses it to this host; look at its exports",
    }),
    `${start}the server refuses it to this host; look at its exports (code 469)`,
  );
  assert.equal(await told({ status: 477, message: "odd\nwords" }), `${start}odd words (code 477)`);
  assert.match(await told({ status: 477, message: " " }), /it cannot be mounted; is the server up.*\(code 477\)$/);
  assert.match(await told({ status: 470 }), /does not know this kind of file system \(code 470\)$/);
  assert.equal(await told(), `${start}it does not say why (code -1)`);
  assert.ok((await told({ status: 477, message: "x".repeat(10_000) })).length < 600);
});
