import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const qoss = `/datacenters/${ids.dataCenter}/qoss`;

test(
  "limits of all four types are added, read, changed in part and removed",
  proves(["POST /datacenters/{}/qoss", "PUT /datacenters/{}/qoss/{}", "DELETE /datacenters/{}/qoss/{}"], async () => {
    await using world = await restWorld();
    await populate(world);
    const client = inventoryClient(world);
    const wanted = {
      storage: { max_iops: "100", max_read_throughput: "5" },
      cpu: { cpu_limit: "50" },
      network: { outbound_average: "10", outbound_peak: "20", outbound_burst: "30" },
      hostnetwork: { outbound_average_linkshare: "40", outbound_average_realtime: "5" },
    };
    for (const [type, limits] of Object.entries(wanted)) {
      const members = Object.entries(limits).map(([name, value]) => `<${name}>${value}</${name}>`);
      const body = `<qos><name>of-${type}</name><type>${type}</type>${members.join("")}</qos>`;
      const { id } = await client.make("POST", qoss, body);
      const read = await client.read(`${qoss}/${id}`);
      assert.deepEqual({ ...read, ...limits, type, name: `of-${type}` }, read);
    }
    assert.deepEqual(await client.names(qoss), ["gold", "of-cpu", "of-hostnetwork", "of-network", "of-storage"]);
    const storage = (await client.list(qoss)).find(({ name }) => name === "of-storage");
    await client.make("PUT", `${qoss}/${storage?.id}`, "<qos><max_iops>200</max_iops><type>storage</type></qos>");
    const changed = await client.read(`${qoss}/${storage?.id}`);
    assert.deepEqual([changed["max_iops"], changed["max_read_throughput"]], ["200", "5"]);
    assert.equal((await client.remove(`${qoss}/${storage?.id}`)).status, 200);
    assert.equal((await client.remove(`${qoss}/${storage?.id}`)).status, 404);
    assert.deepEqual(await client.events(10100, 10110, 10112, 10114), [
      "10110 admin@internal added the QoS of-storage to data center Default.",
      "10110 admin@internal added the QoS of-cpu to data center Default.",
      "10100 admin@internal added the network QoS of-network to data center Default.",
      "10110 admin@internal added the QoS of-hostnetwork to data center Default.",
      "10114 admin@internal changed the QoS of-storage of data center Default.",
      "10112 admin@internal removed the QoS of-storage from data center Default.",
    ]);
  }),
);

test("a limit that cannot be is refused, and one of another data center is not there", async () => {
  await using world = await restWorld();
  await populate(world);
  const client = inventoryClient(world);
  const other = await client.make("POST", "/datacenters", "<data_center><name>other</name></data_center>");
  const unexpected = await unexpectedAnswers(client, [
    ["POST", qoss, "<qos/>", 400, /QoS \[name\] required for add/],
    ["POST", qoss, "<qos><name>x</name></qos>", 400, /QoS \[type\] required for add/],
    ["POST", qoss, "<qos><name>x y</name><type>storage</type></qos>", 400, /QoS name must be formed of/],
    ["POST", qoss, "<qos><name>x</name><type>cpu</type></qos>", 400, /QoS element has missing values/],
    ["POST", qoss, "<qos><name>gold</name><type>network</type></qos>", 409, /QoS element name already exists/],
    ["POST", qoss, "<qos><name>gold</name><type>storage</type></qos>", 201, /gold/],
    ["PUT", `${qoss}/${ids.qos}`, "<qos><type>cpu</type></qos>", 400, /type of a QoS cannot be changed/],
    ["PUT", `${qoss}/${ids.qos}`, "<qos><inbound_peak>1</inbound_peak></qos>", 400, /Peak cannot be set lower/],
    ["PUT", `/datacenters/${other.id}/qoss/${ids.qos}`, "<qos/>", 404, /qos/],
  ]);
  assert.deepEqual(unexpected, []);
});
