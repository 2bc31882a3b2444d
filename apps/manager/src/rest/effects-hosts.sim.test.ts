import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { threeHosts } from "../background/spm/three-hosts.fixture.ts";
import { until } from "../manager.fixture.ts";
import { effects } from "./effects.fixture.ts";
import { managerRest } from "./manager-rest.fixture.ts";

// What clients ask of the hosts of a data center over REST, seen at the hosts themselves.

test(
  "the host that is asked for manages the storage; one that lost its power is confirmed to be off, and is removed",
  proves(["POST /hosts/{}/forceselectspm", "POST /hosts/{}/fence", "DELETE /hosts/{}"], async () => {
    await using at = await threeHosts(["one", "two"]);
    await using rest = await managerRest(at.world);
    await at.untilSpm("one");
    await rest.ok("POST", `/hosts/${at.idOf("two")}/forceselectspm`, {});
    await until("two to be SPM", async () => at.claimants().join() === "two");
    await at.untilSpm("two");

    const lost = `/hosts/${at.idOf("one")}`;
    assert.equal((await rest.request("POST", `${lost}/fence`, { fence_type: "manual" })).status, 409, "it answers");
    await at.host("one").powerOff();
    await until("one to be lost", async () => (await at.statusOf("one")) === "non_responsive");
    await rest.ok("POST", `${lost}/fence`, { fence_type: "manual" });
    await rest.ok("POST", `${lost}/deactivate`, {});
    await until("one to be in maintenance", async () => (await at.statusOf("one")) === "maintenance");
    await rest.ok("DELETE", lost);
    assert.equal((await rest.request("GET", lost)).status, 404);
    const before = at.host("one").calls.length;
    await at.host("one").powerOn();
    at.world.manager.services.wake("watch-hosts");
    assert.equal(at.host("one").calls.length, before, "nobody asks it for anything any more");
  }),
);

test(
  "what a host has is told as the host tells it: interfaces, the networks on them, nodes of memory, and how they are used",
  proves(
    [
      "GET /hosts/{}/nics",
      "GET /hosts/{}/nics/{}",
      "GET /hosts/{}/nics/{}/statistics",
      "GET /hosts/{}/nics/{}/networkattachments",
      "GET /hosts/{}/networkattachments",
      "GET /hosts/{}/unmanagednetworks",
      "GET /hosts/{}/numanodes",
      "GET /hosts/{}/numanodes/{}/statistics",
    ],
    async () => {
      await using at = await effects();
      const [host, { world, hostId }] = [`/hosts/${at.host.hostId}`, at.host];
      const [network] = await at.list("/networks?search=name%3Dovirtmgmt");
      const [nic] = await at.list(`${host}/nics`);
      assert.deepEqual(
        [nic?.["name"], nic?.["mac"], nic?.["mtu"], nic?.["speed"], nic?.["bridged"]],
        ["eth0", { address: "02:00:00:00:00:01" }, "1500", "1000000000", "true"],
      );
      const ip = { address: "127.0.0.1", netmask: "255.255.255.0", version: "v4" };
      assert.deepEqual(nic?.["ip"], ip, "a bridge has taken it over");
      assert.deepEqual(await at.read(`${host}/nics/${nic?.id}`), nic);

      const [attachment, ...others] = await at.list(`${host}/networkattachments`);
      assert.deepEqual(others, []);
      const [below] = await at.list(`${host}/nics/${nic?.id}/networkattachments`);
      assert.equal(below?.id, attachment?.id);
      const { href, ...told } = attachment as unknown as Record<string, unknown>;
      assert.equal(href, `/ovirt-engine/api${host}/networkattachments/${attachment?.id}`);
      assert.deepEqual(told, {
        id: attachment?.id,
        ip_address_assignments: { ip_address_assignment: [{ ip }] },
        host: { id: hostId, href: `/ovirt-engine/api${host}` },
        host_nic: { id: nic?.id, href: `/ovirt-engine/api${host}/nics/${nic?.id}` },
        network: { id: network?.id, href: `/ovirt-engine/api/networks/${network?.id}` },
      });

      const [node] = await at.list(`${host}/numanodes`);
      assert.deepEqual([node?.["index"], node?.["memory"]], ["0", String(world.hardware.memoryMib)]);
      const measured = async (path: string, name: string) => {
        const [found] = (await at.list(`${path}/statistics`)).filter((each) => each["name"] === name);
        return Number((found?.["values"] as { value: { datum: string }[] } | undefined)?.value[0]?.datum ?? Number.NaN);
      };
      const node0 = `${host}/numanodes/${node?.id}`;
      await until("the node to be measured", async () => (await measured(node0, "memory.free")) > 0);
      await until(
        "the interface to be measured",
        async () => (await measured(`${host}/nics/${nic?.id}`, "data.total.rx")) > 0,
      );

      assert.deepEqual(await at.list(`${host}/unmanagednetworks`), []);
      world.networks = [...world.networks, "stray"];
      await at.rest.ok("POST", `${host}/deactivate`, {});
      await at.until(host, "status", "maintenance");
      await at.rest.ok("POST", `${host}/activate`, {});
      await at.until(host, "status", "up");
      const [stray] = await at.list(`${host}/unmanagednetworks`);
      assert.deepEqual([stray?.id, stray?.["name"]], ["7374726179", "stray"]);
      assert.equal((await at.list(`${host}/networkattachments`)).length, 1);
    },
  ),
);
