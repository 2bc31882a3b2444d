import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterLevels } from "./cluster-levels.ts";
import { networkSignature } from "./host-facts.ts";

test("clusterLevels compares versions as numbers, not as text", () => {
  assert.equal(clusterLevels({ libvirt: "9.0.0", qemu: "7.2.0" }).at(-1), "4.7");
  assert.equal(clusterLevels({ libvirt: "10.10.0", qemu: "9.1.0" }).at(-1), "4.8");
  assert.equal(clusterLevels({ libvirt: "7.6.0", qemu: "6.2.0" }).at(-1), "4.6");
});

test("networkSignature changes with addresses, not with the interfaces of guests", () => {
  const address = { address: "10.0.0.1", netmask: "255.0.0.0", family: "IPv4", mac: "", internal: false } as const;
  const before = networkSignature({ eth0: [{ ...address, cidr: "10.0.0.1/8" }] });
  assert.equal(networkSignature({ eth0: [{ ...address, cidr: "10.0.0.1/8" }], vnet3: [] }), before);
  assert.notEqual(networkSignature({ eth0: [{ ...address, cidr: "10.0.0.2/8" }] }), before);
});
