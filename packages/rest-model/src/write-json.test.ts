import assert from "node:assert/strict";
import { test } from "node:test";
import { writeJson } from "./write-json.ts";

test("writeJson makes strings of booleans and integers, numbers of decimals and dates", () => {
  const json: unknown = JSON.parse(
    writeJson("vm", {
      name: "web",
      memory: 1073741824,
      stateless: false,
      creation_time: new Date(1473321215138),
      cpu: { speed: 2.5, topology: { cores: 2 } },
      status: "up",
    }),
  );
  assert.deepEqual(json, {
    name: "web",
    memory: "1073741824",
    stateless: "false",
    creation_time: 1473321215138,
    cpu: { speed: 2.5, topology: { cores: "2" } },
    status: "up",
  });
});

test("writeJson puts lists under the singular name, and an empty one is {}", () => {
  const json: unknown = JSON.parse(
    writeJson("vm", {
      nics: [{ id: "n" }],
      disk_attachments: [],
      actions: [{ rel: "start", href: "/s" }],
      link: [{ rel: "nics", href: "/n" }],
      numa_nodes: [{ index: 0 }],
    }),
  );
  assert.deepEqual(json, {
    actions: { link: [{ rel: "start", href: "/s" }] },
    link: [{ rel: "nics", href: "/n" }],
    disk_attachments: {},
    nics: { nic: [{ id: "n" }] },
    host_numa_nodes: { host_numa_node: [{ index: "0" }] },
  });
});

test("writeJson leaves out links when there are none, as XML does", () => {
  assert.deepEqual(JSON.parse(writeJson("tag", { link: [], actions: [] })), { actions: {} });
});

test("writeJson puts a collection under the singular name", () => {
  const collection = { collection: true } as const;
  assert.deepEqual(JSON.parse(writeJson("vm", [{ id: "1" }], collection)), { vm: [{ id: "1" }] });
  assert.deepEqual(JSON.parse(writeJson("vm", [], collection)), {});
});
