import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { logIn, runCommand } from "../../../test/run-cli.ts";

const waiting = {
  id: "j1",
  description: "Creating disk w1",
  status: "started",
  steps: [
    { description: "Preparing", status: "finished" },
    { description: "Waiting for storage domain d2", status: "started" },
  ],
};
const failed = {
  id: "j2",
  description: "Creating disk w2",
  status: "failed",
  comment: "The storage is full.",
  steps: [{ description: "Executing", status: "failed" }],
};

test("job list and job show say what a job waits for, and job show why one failed", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  manager.on("GET /jobs", (request) => {
    assert.equal(request.query.get("follow"), "steps");
    return { list: ["job", [waiting, failed]] };
  });
  manager.on("GET /jobs/j1", { one: ["job", waiting] });
  manager.on("GET /jobs/j2", { one: ["job", failed] });
  const run = async (...args: string[]) => (await runCommand(args, { directory: directory.path })).stdout;
  const list = await run("job", "list");
  assert.match(list, /Creating disk w1 +started +Waiting for storage domain d2/);
  assert.match(list, /Creating disk w2 +failed +- /);
  assert.match(await run("job", "show", "j1"), /Under way +Waiting for storage domain d2/);
  assert.match(await run("job", "show", "j2"), /Why +The storage is full/);
});

test("a job of whose step there is nothing to say but that it runs shows how far it is, if that is known", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  await logIn(manager, directory.path);
  const running = (progress: number) => ({
    id: "j",
    description: "Copying",
    status: "started",
    steps: [{ description: "Executing", status: "started", progress }],
  });
  manager.on("GET /jobs", { list: ["job", [running(0), running(40)]] });
  const { stdout } = await runCommand(["job", "list"], { directory: directory.path });
  assert.match(stdout, /Copying +started +- +-/);
  assert.match(stdout, /Copying +started +40 %/);
});
