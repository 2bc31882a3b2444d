import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { inventoryClient } from "./inventory-client.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";
import { routes } from "./routes.ts";

const dataCenter = `/datacenters/${ids.dataCenter}`;

test(
  "a cluster is the same below its data center, and is not there below another one",
  proves(
    [
      "POST /datacenters/{}/clusters",
      "GET /datacenters/{}/clusters/{}",
      "PUT /datacenters/{}/clusters/{}",
      "DELETE /datacenters/{}/clusters/{}",
      "POST /datacenters/{}/clusters/{}/networks",
      "PUT /datacenters/{}/clusters/{}/networks/{}",
      "DELETE /datacenters/{}/clusters/{}/networks/{}",
      "POST /datacenters/{}/clusters/{}/cpuprofiles",
      "DELETE /datacenters/{}/clusters/{}/cpuprofiles/{}",
    ],
    async () => {
      await using world = await restWorld();
      await populate(world);
      const client = inventoryClient(world);
      const { id } = await client.make("POST", `${dataCenter}/clusters`, "<cluster><name>second</name></cluster>");
      const cluster = `${dataCenter}/clusters/${id}`;
      await client.make("PUT", cluster, "<cluster><comment>new</comment></cluster>");
      assert.equal((await client.read(`/clusters/${id}`))["comment"], "new");
      assert.deepEqual(await client.read(cluster), await client.read(`/clusters/${id}`));

      const network = `${cluster}/networks/${ids.looseNetwork}`;
      assert.equal((await client.remove(network)).status, 200);
      await client.make("POST", `${cluster}/networks`, "<network><name>loose</name></network>");
      await client.make("PUT", network, "<network><required>false</required></network>");
      assert.equal((await client.read(`/clusters/${id}/networks/${ids.looseNetwork}`))["required"], "false");
      const profile = await client.make(
        "POST",
        `${cluster}/cpuprofiles`,
        "<cpu_profile><name>fast</name></cpu_profile>",
      );
      assert.deepEqual(await client.names(`/clusters/${id}/cpuprofiles`), ["fast", "second"]);
      assert.equal((await client.remove(`${cluster}/cpuprofiles/${profile.id}`)).status, 200);
      assert.deepEqual(await client.names(`/clusters/${id}/cpuprofiles`), ["second"]);

      const other = await client.make("POST", "/datacenters", "<data_center><name>other</name></data_center>");
      const comment = "<cluster><comment>x</comment></cluster>";
      assert.equal((await client.send("PUT", `/datacenters/${other.id}/clusters/${id}`, comment)).status, 404);
      assert.equal((await client.remove(`/datacenters/${other.id}/clusters/${id}`)).status, 404);
      assert.equal((await client.remove(cluster)).status, 200);
      assert.equal((await client.remove(cluster)).status, 404);
    },
  ),
);

test("every route of a cluster has its twin below the data center", () => {
  const served = routes({ instanceId: "", version: "0" });
  const keys = served.map(({ method, path }) => `${method} ${path}`);
  const lacking = served
    .filter(({ path }) => /^\/clusters\/:cluster(\/|$)/.test(path))
    .filter(({ method, path }) => !keys.includes(`${method} /datacenters/:dataCenter${path}`));
  assert.deepEqual(lacking, []);
  assert.equal(new Set(keys).size, keys.length, "no route is served twice");
});
