import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { threeHosts } from "../background/spm/three-hosts.fixture.ts";
import { until } from "../manager.fixture.ts";
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
