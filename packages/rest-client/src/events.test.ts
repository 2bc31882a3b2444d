import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "../test/fake-manager.ts";
import { connectManager } from "./connect.ts";

const user = { username: "admin@internal", password: "secret" };

test("followEvents tells what comes after the newest event, each once, oldest first, until it is aborted", async () => {
  await using manager = await startFakeManager();
  const event = (id: number) => ({ id: String(id), description: `event ${id}` });
  const answers = [[9], [9], [11, 10], [11, 10, 100]];
  let looks = 0;
  manager.on("GET /events", () => ({ list: ["event", (answers[looks++] ?? []).map(event)] }));
  using client = await connectManager({ url: manager.url, ...user });
  const controller = new AbortController();
  const seen: (string | undefined)[] = [];
  for await (const { id } of client.followEvents({ everyMs: 0, signal: controller.signal })) {
    seen.push(id);
    if (seen.length === 3) controller.abort();
  }
  assert.deepEqual(seen, ["10", "11", "100"]);
  assert.deepEqual(
    manager.requests.slice(1).map(({ query }) => query.get("from")),
    [null, "9", "9", "11"],
  );
});

test("followEvents starts after the event that it is told", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /events", { list: ["event", [{ id: "7" }, { id: "6" }, { id: "5" }]] });
  using client = await connectManager({ url: manager.url, ...user });
  const events = client.followEvents({ from: 5, search: "severity=error" });
  assert.equal((await events.next()).value?.id, "6");
  assert.equal((await events.next()).value?.id, "7");
  await events.return();
  assert.equal(String(manager.requests.at(-1)?.query), "from=5&search=severity%3Derror&max=10000");
});

test("followEvents passes on an error of the Manager", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /events", { status: 500 });
  using client = await connectManager({ url: manager.url, ...user });
  await assert.rejects(client.followEvents().next(), { name: "RestFault" });
});
