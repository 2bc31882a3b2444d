import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "../inventory.fixture.ts";
import { restWorld, testPassword } from "../rest-world.fixture.ts";
import { metricsPath } from "./metrics-route.ts";

const basic = (name: string) => `Basic ${Buffer.from(`${name}@internal:${testPassword}`).toString("base64")}`;

test("what there is is counted by status, in the format of Prometheus", async () => {
  await using world = await restWorld();
  await populate(world);
  const read = async () => {
    const reply = await world.request({ url: metricsPath });
    assert.equal(reply.status, 200);
    assert.match(String(reply.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
    return reply.text;
  };
  const before = await read();
  for (const line of [
    "# TYPE yagura_vms gauge",
    'yagura_vms{status="up"} 1',
    'yagura_vms{status="down"} 1',
    'yagura_hosts{status="up"} 1',
    'yagura_storage_domains{status="active"} 1',
    "yagura_clusters 1",
    'yagura_build_info{version="0.1.0"} 1',
  ]) {
    assert.ok(before.split("\n").includes(line), line);
  }
  assert.match(before, /^yagura_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
  assert.match(before, /^process_resident_memory_bytes \d+$/m);
  await world.services.db.updateTable("vmRuns").set({ status: "down" }).where("vmId", "=", ids.vm).execute();
  const after = await read();
  assert.match(after, /^yagura_vms\{status="down"\} 2$/m);
  assert.doesNotMatch(after, /^yagura_vms\{status="up"\}/m);
});

test("requests are counted by route, without the ids that were asked for", async () => {
  await using world = await restWorld();
  await populate(world);
  await world.request({ url: `/ovirt-engine/api/vms/${ids.vm}` });
  await world.request({ url: `/ovirt-engine/api/vms/${ids.nic}` });
  await world.request({ url: `/ovirt-engine/api/nothing/${ids.vm}` });
  const { text } = await world.request({ url: metricsPath });
  assert.match(text, /^yagura_api_requests_total\{method="GET",route="\/vms\/:vm",answer="2xx"\} 1$/m);
  assert.match(text, /^yagura_api_requests_total\{method="GET",route="\/vms\/:vm",answer="4xx"\} 1$/m);
  assert.match(text, /^yagura_api_requests_total\{method="GET",route="none",answer="4xx"\} 1$/m);
  assert.match(text, /^yagura_api_request_duration_seconds_count\{method="GET",route="\/vms\/:vm"\} 2$/m);
  assert.ok(!text.includes(ids.vm) && !text.includes("nothing"));
});

test("metrics are for administrators, by token or password, and never over plain HTTP", async () => {
  await using world = await restWorld();
  await world.addUser("ann", "UserRole");
  const get = async (headers: Record<string, string>, app = world.server.app) =>
    (await app.inject({ url: metricsPath, headers })).statusCode;
  assert.equal(await get({ authorization: basic("admin") }), 200);
  assert.equal(await get({ authorization: basic("ann") }), 403);
  assert.equal(await get({}), 401);
  assert.equal(await get({ authorization: "Bearer nobody" }), 401);
  assert.equal(await get({ authorization: basic("admin") }, world.server.plainApp), 403);
});

test("reading the metrics asks the database once for each kind, however much there is", async () => {
  let queries = 0;
  await using world = await restWorld({ onQuery: () => queries++ });
  await world.request({ url: metricsPath });
  queries = 0;
  await world.request({ url: metricsPath });
  const few = queries;
  await populate(world);
  queries = 0;
  await world.request({ url: metricsPath });
  assert.equal(queries, few);
  assert.ok(few < 20, `${few} queries`);
});
