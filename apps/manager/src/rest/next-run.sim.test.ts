import assert from "node:assert/strict";
import { test } from "node:test";
import { GiB } from "@yagura/std/units.ts";
import { proves } from "@yagura/testing/proves.ts";
import { effects } from "./effects.fixture.ts";

interface VmDocument {
  readonly memory: string;
  readonly cpu: { readonly topology: { readonly cores: string } };
  readonly high_availability: { readonly enabled: string };
  readonly next_run_configuration_exists: string;
}

/** Memory in GiB, cores, whether it is highly available, and whether something waits. */
const look = ({ memory, cpu, high_availability, next_run_configuration_exists }: VmDocument) =>
  [Number(memory) / GiB, cpu.topology.cores, high_availability.enabled, next_run_configuration_exists].join(" ");

const warning = "/events?search=type%3D1000201";

test(
  "a running VM shows what it runs with until its restart, and what it will have when asked for that",
  proves(["PUT /vms/{}"], async () => {
    await using at = await effects();
    const { rest, host, until } = at;
    const vmId = await at.add("/vms", {
      name: "web",
      cluster: { id: at.cluster.id },
      template: { name: "Blank" },
      memory: GiB,
      os: { boot: { devices: { device: ["network"] } } },
    });
    const vm = `/vms/${vmId}`;
    await until(vm, "status", "down");
    const seen = async (path: string) => look((await rest.ok("GET", path)) as unknown as VmDocument);
    const put = async (path: string, body: object) => look((await rest.ok("PUT", path, body)) as unknown as VmDocument);
    const coresOfGuest = () => /cores="(\d+)"/.exec(host.vms.find((each) => each.vmId === vmId)?.xml ?? "")?.[1];
    assert.equal(await put(vm, { comment: "down" }), "1 1 false false");
    await rest.ok("POST", `${vm}/start`, {});
    await until(vm, "status", "up");

    assert.equal(await put(vm, { memory: 2 * GiB }), "1 1 false true", "answered as it runs");
    assert.equal(
      await put(`${vm}?next_run=true`, { cpu: { topology: { cores: 3, sockets: 1, threads: 1 } } }),
      "2 3 false true",
    );
    assert.equal(await put(vm, { high_availability: { enabled: "true" } }), "1 1 true true", "counts at once");
    const { vm: listed } = (await rest.ok("GET", "/vms?search=name%3Dweb")) as unknown as { vm: readonly VmDocument[] };
    assert.deepEqual(listed.map(look), ["1 1 true true"]);
    assert.equal(await seen(vm), "1 1 true true");
    assert.equal(await seen(`${vm}?next_run=true`), "2 3 true true");
    assert.equal(await seen(`${vm};next_run`), "2 3 true true");
    assert.equal(coresOfGuest(), "1");
    const attributes = Object.values(await rest.ok("GET", warning)).flat() as { description: string }[];
    assert.deepEqual(
      attributes.map(({ description }) => description),
      ["Of vm web was asked for what is not supported here, and stays as it is: high_availability.enabled."],
      "what waits is not told as lost",
    );

    await rest.ok("POST", `${vm}/stop`, {});
    await until(vm, "status", "down");
    assert.equal(await seen(vm), "2 3 true false", "nothing waits while it is down");
    await rest.ok("POST", `${vm}/start`, {});
    await until(vm, "status", "up");
    assert.equal(await seen(vm), "2 3 true false");
    assert.equal(coresOfGuest(), "3");

    assert.equal(await put(vm, { memory: 4 * GiB }), "2 3 true true");
    assert.equal(await put(vm, { memory: 2 * GiB, memory_policy: { max: 8 * GiB } }), "2 3 true false", "taken back");
  }),
);
