import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { listEvents } from "../../db/queries/events.ts";
import { getVm } from "../../db/queries/vms.ts";
import { makeInventory, makeVm, managerWorld, until } from "../../manager.fixture.ts";
import { managerRest } from "../manager-rest.fixture.ts";

test(
  "whoever may open a console gets a password for it, which the host then has",
  proves(["POST /vms/{}/ticket", "POST /vms/{}/graphicsconsoles/{}/ticket"], async () => {
    await using world = await managerWorld();
    const inventory = await makeInventory(world);
    const { vm } = await makeVm(world, inventory);
    const { host } = inventory;
    await using rest = await managerRest(world);
    const ticketOf = (path: string, ticket?: object) =>
      rest.request("POST", `/vms/${vm.id}${path}`, ticket === undefined ? {} : { ticket });
    const onHost = () => host.vms.find(({ vmId }) => vmId === vm.id)?.consoleTicket;

    const early = await ticketOf("/ticket");
    assert.deepEqual([early.status, early.fault], [409, "[Cannot set Virtual Machine Ticket. VM is not running.]"]);
    await rest.ok("POST", `/vms/${vm.id}/start`, {});
    await until("the VM to run", async () => (await getVm(world.manager.services.db, vm.id)).run.status === "up");

    const own = await ticketOf("/ticket", { value: "letmein", expiry: "60" });
    assert.deepEqual(own.document["ticket"], { value: "letmein", expiry: "60" });
    assert.deepEqual(onHost(), { type: "vnc", password: "letmein", ttlSeconds: 60 });

    const made = await ticketOf("/graphicsconsoles/766e63/ticket");
    const { value, expiry } = made.document["ticket"] as { value: string; expiry: string };
    assert.match(value, /^[A-Za-z0-9]{8}$/);
    assert.equal(expiry, "7200");
    assert.deepEqual(onHost(), { type: "vnc", password: value, ttlSeconds: 7200 });

    assert.deepEqual((await ticketOf("/graphicsconsoles/7370696365/ticket")).status, 409);
    assert.equal((await ticketOf("/graphicsconsoles/00/ticket")).status, 404);
    assert.match((await ticketOf("/ticket", { value: "ninechars" })).fault, /8 characters at most/);
    assert.match((await ticketOf("/ticket", { value: "with space" })).fault, /visible ASCII/);
    assert.match((await ticketOf("/ticket", { expiry: "0" })).fault, /from 1 to 604800 seconds/);

    const events = await listEvents(world.manager.services.db, { codes: [164] }, 10);
    assert.equal(events.length, 2);
    assert.ok(events.every(({ description }) => !description.includes(value) && !description.includes("letmein")));
  }),
);
