import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { startFakeManager } from "../test/fake-manager.ts";
import { connectManager } from "./connect.ts";
import { JobFailed, waitForJobs } from "./jobs.ts";

const user = { username: "admin@internal", password: "secret" };
const eager = { timeoutMs: 60_000, everyMs: 0 };

test("waitForJobs looks until no job with the correlation id runs", async () => {
  await using manager = await startFakeManager();
  const states = ["started", "started", "finished"] as const;
  let looks = 0;
  manager.on("GET /jobs", () => ({
    list: ["job", [{ id: "j", description: "Creating VM web", status: states[looks++] }]],
  }));
  using client = await connectManager({ url: manager.url, ...user });
  const seen: (string | undefined)[] = [];
  await client.waitForJobs("c-1", { ...eager, onProgress: (jobs) => seen.push(jobs[0]?.status) });
  assert.deepEqual(seen, [...states]);
  assert.equal(manager.requests.at(-1)?.query.get("search"), "correlation_id=c-1");
});

test("waitForJobs takes no job as done, and a failed one as JobFailed with its step", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /jobs", { list: ["job", []] });
  using client = await connectManager({ url: manager.url, ...user });
  await client.waitForJobs("c-1", eager);
  const steps = [
    { description: "Preparing", status: "finished" },
    { description: "Creating the volume", status: "failed" },
  ];
  const comment = "The storage is full.";
  manager.on("GET /jobs", { list: ["job", [{ description: "Creating VM web", comment, status: "failed", steps }]] });
  await assert.rejects(client.waitForJobs("c-1", eager), (error) => {
    assert.ok(error instanceof JobFailed);
    assert.equal(error.message, "Creating VM web: failed at: Creating the volume: The storage is full.");
    return true;
  });
});

test("waitForJobs gives up at its deadline, by the clock it is given", async () => {
  await using manager = await startFakeManager();
  const clock = new FakeClock();
  manager.on("GET /jobs", async () => {
    await clock.advance(40_000);
    return { list: ["job", [{ status: "started" }]] };
  });
  using client = await connectManager({ url: manager.url, ...user });
  await assert.rejects(waitForJobs(client.jobs, "c-1", { ...eager, timeoutMs: 30_000, clock }), {
    name: "DeadlineExceeded",
  });
});

test("waitForJobs refuses a correlation id that would change the search", async () => {
  await using manager = await startFakeManager();
  using client = await connectManager({ url: manager.url, ...user });
  await assert.rejects(client.waitForJobs("a or status=started", eager), TypeError);
  await assert.rejects(client.waitForJobs("", eager), TypeError);
});
