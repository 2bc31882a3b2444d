import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { choosePort, PortTaken } from "./ports.ts";

test("choosePort names the process that has a port, and goes on to the next one where it may", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
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
