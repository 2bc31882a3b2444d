import assert from "node:assert/strict";
import { test } from "node:test";
import { findGuestNetwork } from "./guest-network.ts";
import { formatNatNetwork, parseNetworkXml } from "./network-xml.ts";
import { parseIpv4 } from "./subnet.ts";

test("our NAT network is read back with its bridge and subnet", () => {
  const text = formatNatNetwork({
    name: "yagura",
    bridge: "yagbr0",
    gateway: "192.168.130.1",
    netmask: "255.255.255.0",
    firstAddress: "192.168.130.2",
    lastAddress: "192.168.130.254",
  });
  assert.deepEqual(parseNetworkXml(text), {
    bridge: "yagbr0",
    subnets: [{ address: parseIpv4("192.168.130.1"), prefixLength: 24 }],
  });
});

test("IPv6 addresses and networks without any are passed over", () => {
  const text = '<network><name>n</name><ip family="ipv6" address="fd00::1" prefix="64"/></network>';
  assert.deepEqual(parseNetworkXml(text), { subnets: [] });
});

test("findGuestNetwork accepts exactly the three kinds", () => {
  assert.deepEqual(findGuestNetwork("network:yagura"), { kind: "network", name: "yagura" });
  assert.deepEqual(findGuestNetwork("bridge:br0"), { kind: "bridge", name: "br0" });
  assert.deepEqual(findGuestNetwork("user"), { kind: "user" });
  for (const bad of ["", "network:", "network:a b", "vlan:x", "user:x"]) assert.equal(findGuestNetwork(bad), undefined);
});
