import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { getVm } from "../../db/queries/vms.ts";
import { formatGuest, readGuestParts } from "../../operations/vms/describe-guest.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, type Refusal, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";

const defaultFilter = "d2370ab4-fee3-11e9-a310-8c1645ce738e";

async function profileWorld() {
  const world = await restWorld();
  const { network, vnicProfile } = await populate(world);
  const client = inventoryClient(world);
  const filters = await client.list("/networkfilters");
  const filterId = (wanted: string) => filters.find(({ name }) => name === wanted)?.id;
  return { world, client, network, vnicProfile, filterId };
}

/** The interfaces of VM `demo` as libvirt would be told them. */
async function interfacesOf({ services: { db } }: RestWorld): Promise<string> {
  const parts = await readGuestParts(db, await getVm(db, ids.vm));
  const xml = formatGuest({ ...parts, hasKvm: false, displayPassword: "x" });
  return [...xml.matchAll(/<interface.*?<\/interface>/gs)].map(([text]) => text.replace(/\s*\n\s*/g, "")).join("\n");
}

test(
  "a profile has a filter and a limit, and VMs get them",
  proves(
    [
      "POST /vnicprofiles",
      "PUT /vnicprofiles/{}",
      "DELETE /vnicprofiles/{}",
      "POST /networks/{}/vnicprofiles",
      "DELETE /networks/{}/vnicprofiles/{}",
      "GET /networkfilters",
    ],
    async () => {
      const { world, client, network, vnicProfile, filterId } = await profileWorld();
      await using _ = world;
      const filterOf = (document: object) => (document as { network_filter?: { id: string } }).network_filter?.id;
      const bare = await client.make(
        "POST",
        `/networks/${network}/vnicprofiles`,
        "<vnic_profile><name>bare</name></vnic_profile>",
      );
      assert.equal(filterOf(bare), defaultFilter);
      const open = await client.make(
        "POST",
        "/vnicprofiles",
        `<vnic_profile><name>open</name><network id="${network}"/><network_filter/><qos><name>gold</name></qos></vnic_profile>`,
      );
      const read = await client.read(`/vnicprofiles/${open.id}`);
      assert.deepEqual([filterOf(read), read["qos"]], [undefined, { id: ids.qos }]);

      assert.match(await interfacesOf(world), /<filterref filter="vdsm-no-mac-spoofing">.*name="IP" value="192.0.2.7"/);
      const clean = `<vnic_profile><network_filter id="${filterId("clean-traffic")}"/><qos id="${ids.qos}"/></vnic_profile>`;
      await client.make("PUT", `/vnicprofiles/${vnicProfile}`, clean);
      const changed = await interfacesOf(world);
      assert.match(changed, /<filterref filter="clean-traffic">/);
      assert.match(changed, /<bandwidth><inbound average="1250" peak="2500" burst="100000"\/><\/bandwidth>/);
      await client.make("PUT", `/vnicprofiles/${vnicProfile}`, "<vnic_profile><comment>x</comment></vnic_profile>");
      assert.equal(filterOf(await client.read(`/vnicprofiles/${vnicProfile}`)), filterId("clean-traffic"));
      await client.make("PUT", `/vnicprofiles/${vnicProfile}`, "<vnic_profile><network_filter/><qos/></vnic_profile>");
      assert.doesNotMatch(await interfacesOf(world), /filterref|bandwidth/);

      assert.equal((await client.remove(`/networks/${network}/vnicprofiles/${bare.id}`)).status, 200);
      assert.equal((await client.remove(`/vnicprofiles/${open.id}`)).status, 200);
      assert.deepEqual(await client.names(`/networks/${network}/vnicprofiles`), ["ovirtmgmt"]);
      assert.deepEqual(await client.events(1122, 1126), [
        "1122 VM network profile bare was added by admin@internal.",
        "1122 VM network profile open was added by admin@internal.",
        "1126 VM network profile bare was removed by admin@internal.",
        "1126 VM network profile open was removed by admin@internal.",
      ]);
    },
  ),
);

test("a profile that cannot be is refused, and of what nobody acts upon nothing is kept", async () => {
  const { world, client, network, vnicProfile } = await profileWorld();
  await using _ = world;
  const profiles = `/networks/${network}/vnicprofiles`;
  const other = await client.make("POST", "/datacenters", "<data_center><name>other</name></data_center>");
  const slow = "<qos><name>slow</name><type>network</type></qos>";
  const qos = await client.make("POST", `/datacenters/${other.id}/qoss`, slow);
  const one = `/vnicprofiles/${vnicProfile}`;
  const named = "<name>x</name>";
  const refusals: Refusal[] = [
    ["POST", profiles, "<vnic_profile/>", 400, /VnicProfile \[name\] required for add/],
    [
      "POST",
      profiles,
      "<vnic_profile><name>ovirtmgmt</name></vnic_profile>",
      409,
      /already used by an existing profile/,
    ],
    ["POST", profiles, `<vnic_profile>${named}<network_filter id="x"/></vnic_profile>`, 404, /network filter/],
    [
      "POST",
      profiles,
      `<vnic_profile>${named}<qos id="${qos.id}"/></vnic_profile>`,
      409,
      /does not contain the specific QoS/,
    ],
    ["PUT", one, `<vnic_profile><network id="${ids.looseNetwork}"/></vnic_profile>`, 409, /network cannot be changed/],
    ["PUT", one, `<vnic_profile><network><name>ovirtmgmt</name></network></vnic_profile>`, 200, /ovirtmgmt/],
  ];
  assert.deepEqual(await unexpectedAnswers(client, refusals), []);
  await client.make("POST", profiles, `<vnic_profile>${named}<port_mirroring>true</port_mirroring></vnic_profile>`);
  assert.match((await client.events(1_000_201)).join(), /port_mirroring/);
});

test(
  "what a NIC's filter is told is added, read, changed in part and removed, and reaches the VM",
  proves(
    [
      "POST /vms/{}/nics/{}/networkfilterparameters",
      "PUT /vms/{}/nics/{}/networkfilterparameters/{}",
      "DELETE /vms/{}/nics/{}/networkfilterparameters/{}",
    ],
    async () => {
      const { world, client } = await profileWorld();
      await using _ = world;
      const at = `/vms/${ids.vm}/nics/${ids.nic}/networkfilterparameters`;
      const body =
        "<network_filter_parameter><name>GATEWAY_MAC</name><value>02:00:00:00:00:01</value></network_filter_parameter>";
      const { id } = await client.make("POST", at, body);
      assert.match(
        await interfacesOf(world),
        /<parameter name="GATEWAY_MAC" value="02:00:00:00:00:01"\/><parameter name="IP"/,
      );
      const value = "<network_filter_parameter><value>02:00:00:00:00:02</value></network_filter_parameter>";
      await client.make("PUT", `${at}/${id}`, value);
      const read = await client.read(`${at}/${id}`);
      assert.deepEqual([read.name, read["value"]], ["GATEWAY_MAC", "02:00:00:00:00:02"]);
      const parameter = (name: string, text: string) =>
        `<network_filter_parameter><name>${name}</name><value>${text}</value></network_filter_parameter>`;
      const refusals: Refusal[] = [
        ["POST", at, "<network_filter_parameter/>", 400, /NetworkFilterParameter \[name\] required for add/],
        ["POST", at, parameter("A B", "x"), 400, /name of a network filter parameter is formed of/],
        ["POST", at, parameter("A", "&lt;x/&gt;"), 400, /value of a network filter parameter is formed of/],
        ["PUT", `/vms/${ids.otherVm}/nics/${ids.nic}/networkfilterparameters/${id}`, value, 404, /nic/],
      ];
      assert.deepEqual(await unexpectedAnswers(client, refusals), []);
      assert.equal((await client.remove(`${at}/${id}`)).status, 200);
      assert.equal((await client.remove(`${at}/${id}`)).status, 404);
      assert.deepEqual(await client.names(at), ["IP"]);
      assert.deepEqual(await client.events(10910, 10912, 10914), [
        "10912 admin@internal added the network filter parameter GATEWAY_MAC to interface nic1 of VM demo.",
        "10914 admin@internal changed the network filter parameter GATEWAY_MAC of interface nic1 of VM demo.",
        "10910 admin@internal removed the network filter parameter GATEWAY_MAC of interface nic1 of VM demo.",
      ]);
    },
  ),
);
