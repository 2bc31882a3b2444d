import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostStats, VdsmCapabilities } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import { readNetworks, readNics, readNicUse, readNumaNodes, readNumaNodeUse } from "./read-host-equipment.ts";

const nics = {
  eth0: { hwaddr: "02:00:00:00:00:01", speed: 1000, mtu: "9000", addr: "192.0.2.1", netmask: "255.255.255.0" },
  eth1: { hwaddr: "", speed: 0, addr: "", gateway: "", ipv6addrs: ["2001:db8::1/64"] },
};
const bridged = { bridged: true, addr: "192.0.2.1" };

test("an interface without a link, an address or a name on the wire is told without", () => {
  assert.deepEqual(readNics({ nics } as unknown as VdsmCapabilities), [
    {
      name: "eth0",
      macAddress: "02:00:00:00:00:01",
      speedMbps: 1000,
      mtuBytes: 9000,
      ipv4: { address: "192.0.2.1", netmask: "255.255.255.0" },
      ipv6: [],
    },
    { name: "eth1", ipv6: ["2001:db8::1"] },
  ]);
});

test("a network is on the interface that it leaves by, whether the host names that or only the bridge's ports", () => {
  const networks = {
    named: { ...bridged, iface: "br0", southbound: "eth1", ports: ["eth0"] },
    ported: { ...bridged, iface: "br1", ports: ["vnet0", "eth0"] },
    inside: { ...bridged, iface: "br2", ports: [], southbound: "constructor" },
  };
  const found = readNetworks({ networks, nics } as unknown as VdsmCapabilities);
  assert.deepEqual(
    found.map(({ name, nicName }) => [name, nicName]),
    [
      ["named", "eth1"],
      ["ported", "eth0"],
      ["inside", undefined],
    ],
  );
});

test("what is measured of interfaces is what those have carried that the host is known to have", () => {
  const [eth0] = readNics({ nics } as unknown as VdsmCapabilities);
  assert.ok(eth0);
  const counted = { rx: "5", tx: "6", rxErrors: "1", txErrors: "2", rxDropped: "3" };
  const network = { vnet0: { ...counted, name: "vnet0" }, eth0: { ...counted, name: "eth0" } };
  assert.deepEqual(readNicUse({ network } as unknown as HostStats, [eth0]), [
    {
      name: "eth0",
      receivedBytes: 5,
      sentBytes: 6,
      receivedErrors: 1,
      sentErrors: 2,
      receivedDropped: 3,
      sentDropped: 0,
    },
  ]);
});

test("the memory of nodes is known when each of them was measured, and not when one number stands for all", () => {
  const numaNodes = { 0: { cpus: [0, 1], totalMemory: "1024" }, 1: { cpus: [2], totalMemory: "512" } };
  const nodes = readNumaNodes({ numaNodes } as unknown as VdsmCapabilities);
  assert.deepEqual(nodes, [
    { index: 0, memoryBytes: 1024 * MiB, cpus: [0, 1] },
    { index: 1, memoryBytes: 512 * MiB, cpus: [2] },
  ]);
  const stats = (numaNodeMemFree: object) => ({ numaNodeMemFree }) as unknown as HostStats;
  assert.deepEqual(readNumaNodeUse(stats({ 0: { memFree: "700" } }), nodes), []);
  assert.deepEqual(readNumaNodeUse(stats({ 0: { memFree: "700" }, 1: { memFree: "8" } }), nodes), [
    { index: 0, memoryFreeBytes: 700 * MiB },
    { index: 1, memoryFreeBytes: 8 * MiB },
  ]);
});
