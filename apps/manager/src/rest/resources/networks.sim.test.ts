import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, type Refusal, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

const dataCenter = `<data_center id="${ids.dataCenter}"/>`;
const ofDataCenter = `/datacenters/${ids.dataCenter}/networks`;
const ofCluster = `/clusters/${ids.cluster}/networks`;

async function networkWorld() {
  const world = await restWorld();
  await populate(world);
  const client = inventoryClient(world);
  const all = await client.list("/networks");
  return { world, client, management: all.find(({ name }) => name === "ovirtmgmt")?.id ?? "" };
}

test(
  "a network has all that was said of it, and keeps what a change does not name",
  proves(
    [
      "POST /networks",
      "PUT /networks/{}",
      "DELETE /networks/{}",
      "POST /datacenters/{}/networks",
      "PUT /datacenters/{}/networks/{}",
      "DELETE /datacenters/{}/networks/{}",
    ],
    async () => {
      const { world, client } = await networkWorld();
      await using _ = world;
      const host = "<type>hostnetwork</type><outbound_average_linkshare>5</outbound_average_linkshare>";
      await client.make("POST", `/datacenters/${ids.dataCenter}/qoss`, `<qos><name>slow</name>${host}</qos>`);
      const blue = await client.make(
        "POST",
        "/networks",
        `<network><name>blue</name>${dataCenter}<vlan id="7"/><mtu>9000</mtu><stp>true</stp><port_isolation>true</port_isolation>
          <dns_resolver_configuration><name_servers><name_server>192.0.2.53</name_server></name_servers></dns_resolver_configuration>
          <qos><name>slow</name></qos></network>`,
      );
      const said = (document: object) => {
        const { vlan, mtu, stp, port_isolation, dns_resolver_configuration, usages, vdsm_name } = document as Record<
          string,
          unknown
        >;
        return { vlan, mtu, stp, port_isolation, dns_resolver_configuration, usages, vdsm_name };
      };
      const first = {
        vlan: { id: "7" },
        mtu: "9000",
        stp: "true",
        port_isolation: "true",
        dns_resolver_configuration: { name_servers: { name_server: ["192.0.2.53"] } },
        usages: { usage: ["vm"] },
        vdsm_name: "blue",
      };
      const read = await client.read(`/networks/${blue.id}`);
      assert.deepEqual(said(read), first);
      assert.ok(read["qos"] !== undefined);
      await client.make("PUT", `/networks/${blue.id}`, "<network><mtu>1500</mtu><vlan/><qos/></network>");
      await client.make("PUT", `${ofDataCenter}/${blue.id}`, "<network><name>azure</name></network>");
      const changed = await client.read(`${ofDataCenter}/${blue.id}`);
      assert.deepEqual(said(changed), { ...first, mtu: "1500", vlan: undefined });
      assert.deepEqual([changed.name, changed["qos"]], ["azure", undefined]);
      const bare = "<network><name>a long name with spaces</name><profile_required>false</profile_required></network>";
      const long = await client.make("POST", ofDataCenter, bare);
      assert.equal(long["vdsm_name"], `on${long.id.replaceAll("-", "").slice(0, 13)}`);
      assert.deepEqual(await client.names(`/networks/${long.id}/vnicprofiles`), []);
      assert.deepEqual(await client.names(`/networks/${blue.id}/vnicprofiles`), ["blue"]);
      await client.make("PUT", `/networks/${blue.id}`, "<network><stp>false</stp></network>");
      assert.equal((await client.remove(`/networks/${blue.id}`)).status, 200);
      assert.equal((await client.remove(`${ofDataCenter}/${long.id}`)).status, 200);
      assert.deepEqual(await client.names(ofDataCenter), ["loose", "ovirtmgmt"]);
      assert.deepEqual(await client.events(942, 944), [
        "942 Network blue was added to data center Default by admin@internal.",
        "942 Network a long name with spaces was added to data center Default by admin@internal.",
        "944 Network azure was removed from data center Default by admin@internal.",
        "944 Network a long name with spaces was removed from data center Default by admin@internal.",
      ]);
    },
  ),
);

test("a network that cannot be is refused", async () => {
  const { world, client, management } = await networkWorld();
  await using _ = world;
  const add = (members: string): readonly ["POST", string, string] => [
    "POST",
    "/networks",
    `<network>${dataCenter}${members}</network>`,
  ];
  const named = "<name>x</name>";
  const { id } = await client.make(...add(`<name>blue</name><vlan id="7"/>`));
  const refusals: Refusal[] = [
    [...add(""), 400, /Network \[name\] required for add/],
    [...add(`${named}<vlan id="4095"/>`), 400, /VLAN ID must be a number between 0 and 4094/],
    [...add(`${named}<vlan id="7"/>`), 409, /The specified VLAN ID \(7\) is already in use/],
    [...add("<name>blue</name>"), 409, /'blue' is already used by an existing logical network in the same data-center/],
    [...add("<name>bond0</name>"), 400, /network cannot start with 'bond'/],
    [...add(`${named}<stp>true</stp><usages/>`), 400, /STP can only be enabled on VM Networks/],
    [...add(`${named}<qos id="${ids.qos}"/>`), 409, /The QoS is of type network; one of type hostnetwork is needed/],
    ["PUT", `/networks/${id}`, "<network><port_isolation>true</port_isolation></network>", 409, /cannot be updated/],
    ["PUT", `/networks/${management}`, "<network><name>x</name></network>", 409, /keeps its name/],
    ["PUT", `/networks/${management}`, "<network><usages/></network>", 409, /is used by network interfaces of VMs/],
  ];
  assert.deepEqual(await unexpectedAnswers(client, refusals), []);
  const removal = await client.remove(`/networks/${management}`);
  assert.equal(removal.status, 409);
  assert.match(removal.text, /The Management Network \('ovirtmgmt'\) is mandatory and cannot be removed/);
});

async function usagesIn(world: RestWorld): Promise<Readonly<Record<string, unknown>>> {
  const networks = await inventoryClient(world).list(ofCluster);
  return Object.fromEntries(
    networks.map(({ name, required, usages }) => [name, [required, (usages as { usage?: unknown }).usage ?? []]]),
  );
}

test(
  "a cluster uses networks, and each role in it belongs to one of them",
  proves(
    ["POST /clusters/{}/networks", "PUT /clusters/{}/networks/{}", "DELETE /clusters/{}/networks/{}"],
    async () => {
      const { world, client, management } = await networkWorld();
      await using _ = world;
      const added = await client.send(
        "POST",
        ofCluster,
        "<network><name>loose</name><display>true</display></network>",
      );
      assert.equal(added.status, 201, added.text);
      assert.equal(added.headers["location"], `/ovirt-engine/api${ofCluster}/${ids.looseNetwork}`);
      assert.deepEqual(await usagesIn(world), {
        loose: ["true", ["display", "vm"]],
        ovirtmgmt: ["true", ["default_route", "management", "migration", "vm"]],
      });
      const loose = `${ofCluster}/${ids.looseNetwork}`;
      const migration =
        "<network><required>false</required><usages><usage>vm</usage><usage>migration</usage></usages></network>";
      await client.make("PUT", loose, migration);
      assert.deepEqual(await usagesIn(world), {
        loose: ["false", ["migration", "vm"]],
        ovirtmgmt: ["true", ["default_route", "display", "management", "vm"]],
      });
      const other = await client.make("POST", "/datacenters", "<data_center><name>other</name></data_center>");
      const foreign = await client.make(
        "POST",
        `/datacenters/${other.id}/networks`,
        "<network><name>far</name></network>",
      );
      const required = "<network><required>false</required></network>";
      const unset = "<network><usages><usage>vm</usage></usages></network>";
      const refusals: Refusal[] = [
        ["POST", ofCluster, "<network><name>loose</name></network>", 409, /already attached to Cluster/],
        ["POST", ofCluster, `<network id="${foreign.id}"/>`, 409, /Network belongs to a different data-center/],
        ["POST", ofCluster, "<network><name>far</name></network>", 404, /far/],
        ["POST", ofCluster, "<network/>", 400, /Network \[network.id\|name\] required for add/],
        ["PUT", `${ofCluster}/${management}`, required, 409, /The management network 'ovirtmgmt' must be required/],
        ["PUT", `${ofCluster}/${management}`, unset, 409, /Unsetting management network property is not allowed/],
        [
          "PUT",
          loose,
          "<network><usages><usage>management</usage></usages></network>",
          409,
          /Changing management network/,
        ],
        ["PUT", `${ofCluster}/${foreign.id}`, required, 404, /network/],
      ];
      assert.deepEqual(await unexpectedAnswers(client, refusals), []);
      assert.match((await client.remove(`${ofCluster}/${management}`)).text, /is mandatory and cannot be removed/);
      assert.equal((await client.remove(loose)).status, 200);
      assert.equal((await client.remove(loose)).status, 404);
      assert.deepEqual(await usagesIn(world), {
        ovirtmgmt: ["true", ["default_route", "display", "management", "migration", "vm"]],
      });
      assert.deepEqual(await client.events(946, 948, 1112), [
        "946 admin@internal attached network loose to cluster Default.",
        "1112 admin@internal changed what cluster Default uses network loose for.",
        "948 admin@internal detached network loose from cluster Default.",
      ]);
    },
  ),
);

test("a network that a VM of the cluster is on stays", async () => {
  const { world, client } = await networkWorld();
  await using _ = world;
  await client.make("POST", "/networks", `<network><name>blue</name>${dataCenter}</network>`);
  const blue = await client.make("POST", ofCluster, "<network><name>blue</name><required>false</required></network>");
  const nic = "<nic><name>n</name><vnic_profile><name>blue</name></vnic_profile></nic>";
  await client.make("POST", `/vms/${ids.otherVm}/nics`, nic);
  const reply = await client.remove(`${ofCluster}/${blue.id}`);
  assert.equal(reply.status, 409);
  assert.match(reply.text, /The network is used by VMs of the Cluster \(1\): other/);
});

test(
  "a network bears one label",
  proves(["POST /networks/{}/networklabels", "DELETE /networks/{}/networklabels/{}"], async () => {
    const { world, client, management } = await networkWorld();
    await using _ = world;
    const labels = `/networks/${management}/networklabels`;
    const added = await client.send("POST", labels, '<network_label id="rack_2"/>');
    assert.deepEqual([added.status, added.headers["location"]], [201, `/ovirt-engine/api${labels}/rack_2`]);
    assert.deepEqual(await client.names(labels), ["rack_2"]);
    assert.equal((await client.read(`${labels}/rack_2`)).id, "rack_2");
    const refusals: Refusal[] = [
      ["POST", labels, '<network_label id="b"/>', 409, /The specified network is already labeled/],
      ["POST", labels, '<network_label id="a b"/>', 400, /Network label must be formed only from/],
      ["POST", labels, "<network_label/>", 400, /NetworkLabel \[id\] required for add/],
    ];
    assert.deepEqual(await unexpectedAnswers(client, refusals), []);
    assert.equal((await client.remove(`${labels}/rack_2`)).status, 200);
    assert.equal((await client.remove(`${labels}/rack_2`)).status, 404);
    assert.deepEqual(await client.names(labels), []);
    assert.deepEqual(await client.events(1132, 1134), [
      "1132 admin@internal gave network ovirtmgmt of data center Default the label rack_2.",
      "1134 admin@internal took the label rack_2 from network ovirtmgmt of data center Default.",
    ]);
  }),
);
