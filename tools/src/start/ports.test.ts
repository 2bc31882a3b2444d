import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { choosePort, findListener, listeningInodes, PortTaken } from "./ports.ts";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
   1: 0100007F:01BB 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 100 0 0 10 0`;

test("listeningInodes takes the listening socket of a port, not its connections", () => {
  assert.deepEqual(listeningInodes(table, 443), ["4242"]);
  assert.deepEqual(listeningInodes(table, 80), []);
  assert.deepEqual(listeningInodes("", 443), []);
});

test("choosePort names the process that has a port, and goes on to the next one where it may", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    assert.match((await findListener(port)) ?? "", new RegExp(`\\(process ${process.pid}\\)$`));
    await assert.rejects(choosePort("the API", "127.0.0.1", port, []), (error) => {
      assert.ok(error instanceof PortTaken);
      assert.match(error.message, new RegExp(`port ${port} is in use by .*process ${process.pid}`));
      return true;
    });
    const other = await choosePort("the API", "127.0.0.1", undefined, [port, 0]);
    assert.equal(other, 0);
  } finally {
    server.close();
  }
});
