import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { forgetFinishedJobs } from "../../background/tasks/forget-finished-jobs.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { "content-type": "application/json", accept: "application/json" };

async function world(): Promise<RestWorld> {
  const made = await restWorld();
  await populate(made);
  return made;
}

async function post(w: RestWorld, path: string, payload: object = {}, as = "admin") {
  return w.request({ method: "POST", url: `${api}${path}`, headers: json, payload, as });
}

async function read(w: RestWorld, path: string, as = "admin") {
  return (await w.request({ url: `${api}${path}`, headers: json, as })).json();
}

/** A job of another program, as Ansible's ovirt_job makes it. */
async function addJob(w: RestWorld, body: object = {}): Promise<string> {
  const reply = await post(w, "/jobs", { description: "Backup of the week", ...body });
  assert.equal(reply.status, 201, reply.text);
  return String(reply.json()["id"]);
}

async function addStep(w: RestWorld, jobId: string, body: object = {}): Promise<string> {
  const reply = await post(w, `/jobs/${jobId}/steps`, { type: "executing", description: "copy", ...body });
  assert.equal(reply.status, 201, reply.text);
  return String(reply.json()["id"]);
}

async function passTime(w: RestWorld, minutes: number): Promise<void> {
  await w.clock.advance(minutes * 60_000);
  await forgetFinishedJobs().activate(w.system);
  // The session ended meanwhile.
  await w.login("admin");
}

test(
  "another program shows its work as a job with steps, and says how they ended",
  proves(["POST /jobs", "POST /jobs/{}/steps", "POST /jobs/{}/steps/{}/end", "POST /jobs/{}/end"], async () => {
    await using w = await world();
    const jobId = await addJob(w);
    const first = await addStep(w, jobId, { type: "validating", description: "look" });
    const second = await addStep(w, jobId);
    const part = await addStep(w, jobId, { description: "one disk", parent_step: { id: second } });
    assert.equal((await post(w, `/jobs/${jobId}/steps/${first}/end`)).status, 200);
    const job = await read(w, `/jobs/${jobId}`);
    assert.deepEqual(
      [job["description"], job["status"], job["external"], job["auto_cleared"]],
      ["Backup of the week", "started", "true", "false"],
    );
    const step = await read(w, `/jobs/${jobId}/steps/${part}`);
    assert.deepEqual(
      [step["number"], step["external"], (step["parent_step"] as { id: string }).id],
      ["3", "true", second],
    );
    assert.equal((await post(w, `/jobs/${jobId}/steps/${second}/end`, { succeeded: "false" })).status, 200);
    assert.equal((await post(w, `/jobs/${jobId}/end`, { succeeded: "false" })).status, 200);
    const { step: steps } = (await read(w, `/jobs/${jobId}/steps`)) as unknown as { step: { status: string }[] };
    assert.deepEqual(
      steps.map(({ status }) => status),
      ["finished", "failed", "failed"],
    );
    assert.equal((await read(w, `/jobs/${jobId}`))["status"], "failed");
    // Saying it again changes nothing.
    assert.equal((await post(w, `/jobs/${jobId}/end`)).status, 200);
    assert.equal((await read(w, `/jobs/${jobId}`))["status"], "failed");
  }),
);

test("a job that is ended by force has broken off what still ran, and goes away by itself", async () => {
  await using w = await world();
  const jobId = await addJob(w);
  const stepId = await addStep(w, jobId);
  assert.equal((await post(w, `/jobs/${jobId}/end`, { force: "true", succeeded: "true" })).status, 200);
  assert.equal((await read(w, `/jobs/${jobId}/steps/${stepId}`))["status"], "aborted");
  const job = await read(w, `/jobs/${jobId}`);
  assert.deepEqual([job["status"], job["auto_cleared"]], ["finished", "true"]);
});

test(
  "a job that ended stays until its program clears it, unless it goes by itself: well ended 10 minutes, failed an hour",
  proves(["POST /jobs/{}/clear"], async () => {
    await using w = await world();
    const [kept, well, failed] = [
      await addJob(w),
      await addJob(w, { auto_cleared: "true" }),
      await addJob(w, { auto_cleared: "true" }),
    ];
    await post(w, `/jobs/${kept}/end`);
    await post(w, `/jobs/${well}/end`);
    await post(w, `/jobs/${failed}/end`, { succeeded: "false" });
    const there = async () =>
      Promise.all(
        [kept, well, failed].map(async (id) => (await w.request({ url: `${api}/jobs/${id}`, headers: json })).status),
      );
    await passTime(w, 11);
    assert.deepEqual(await there(), [200, 404, 200]);
    await passTime(w, 55);
    assert.deepEqual(await there(), [200, 404, 404]);
    assert.equal((await post(w, `/jobs/${kept}/clear`)).status, 200);
    await passTime(w, 1);
    assert.deepEqual(await there(), [404, 404, 404]);
  }),
);

test("a job that its program forgot is given up after thirty days, and gone thirty days later", async () => {
  await using w = await world();
  const jobId = await addJob(w);
  const day = 24 * 60;
  await passTime(w, 20 * day);
  await addStep(w, jobId);
  await passTime(w, 29 * day);
  assert.equal((await read(w, `/jobs/${jobId}`))["status"], "started");
  await passTime(w, 2 * day);
  assert.equal((await read(w, `/jobs/${jobId}`))["status"], "unknown");
  await passTime(w, 31 * day);
  assert.equal((await w.request({ url: `${api}/jobs/${jobId}` })).status, 404);
});

test("the Manager's own jobs are not others' to end, and what is not there is not found", async () => {
  await using w = await world();
  const said = async (path: string, payload: object = {}) => {
    const reply = await post(w, path, payload);
    const { fault, detail } = reply.json<{ fault?: { detail: string }; detail?: string }>();
    return `${reply.status} ${fault?.detail ?? detail}`;
  };
  const own = `/jobs/${ids.job}`;
  assert.equal(await said(`${own}/end`), "409 [Cannot end External Job. The specified job is not an external job.]");
  assert.equal(
    await said(`${own}/clear`),
    "409 [Cannot clear External Job. The specified job is not an external job.]",
  );
  assert.equal(
    await said(`${own}/steps`, { type: "executing", description: "x" }),
    "409 [Cannot add External Step. The specified job is not an external job.]",
  );
  assert.equal(
    await said(`${own}/steps/${ids.step}/end`),
    "409 [Cannot end External Step. The specified step is not an external step.]",
  );
  assert.match(await said(`/jobs/${ids.vm}/end`), /^404/);
  assert.match(await said(`${own}/steps/${ids.vm}/end`), /^404/);
  assert.equal(await said("/jobs"), "400 Job [description] required for add");
  assert.equal(
    await said("/jobs", { description: " " }),
    "400 [Cannot add External Job. Description can not be empty.]",
  );
  const jobId = await addJob(w);
  assert.equal(await said(`/jobs/${jobId}/steps`, { description: "x" }), "400 Step [type] required for add");
  assert.match(
    await said(`/jobs/${jobId}/steps`, { type: "executing", description: "x", parent_step: { id: ids.step } }),
    /^404/,
  );
  await post(w, `/jobs/${jobId}/end`);
  assert.equal(
    await said(`/jobs/${jobId}/steps`, { type: "executing", description: "x" }),
    "409 [Cannot add External Step. The job has ended.]",
  );
});

test("whoever may not inject tasks adds none, and does not see those of others", async () => {
  await using w = await world();
  await w.addUser("ann", "UserRole");
  const jobId = await addJob(w);
  assert.equal((await post(w, "/jobs", { description: "x" }, "ann")).status, 403);
  for (const action of ["end", "clear"])
    assert.equal((await post(w, `/jobs/${jobId}/${action}`, {}, "ann")).status, 404);
  assert.deepEqual(await read(w, "/jobs", "ann"), {});
});
