import assert from "node:assert/strict";
import { test } from "node:test";
import { type GuestNetworkView, planGuestNetwork } from "./plan-guest-network.ts";
import { formatIpv4, parseIpv4, parseProcNetRoute, prefixOfMask } from "./subnet.ts";

const subnet = (text: string, prefixLength = 24) => ({ address: parseIpv4(text), prefixLength });
const view = (changes: Partial<GuestNetworkView> = {}): GuestNetworkView => ({
  wanted: "yagura",
  networks: [],
  usedSubnets: [],
  interfaces: ["lo", "eth0"],
  ...changes,
});

test("planGuestNetwork makes a NAT network on the first free subnet", () => {
  assert.deepEqual(planGuestNetwork(view()), {
    do: "create",
    network: {
      name: "yagura",
      bridge: "yagbr0",
      gateway: "192.168.130.1",
      netmask: "255.255.255.0",
      firstAddress: "192.168.130.2",
      lastAddress: "192.168.130.254",
    },
  });
});

test("planGuestNetwork avoids the host's subnets, also larger ones, and those of stopped networks", () => {
  const plan = planGuestNetwork(
    view({
      usedSubnets: [subnet("192.168.128.0", 22), subnet("192.168.132.0")],
      networks: [{ name: "other", isActive: false, bridge: "yagbr0", subnets: [subnet("192.168.133.0")] }],
    }),
  );
  assert.equal(plan.do === "create" && plan.network.gateway, "192.168.134.1");
  assert.equal(plan.do === "create" && plan.network.bridge, "yagbr1");
});

test("planGuestNetwork starts a stopped network and leaves a running one alone", () => {
  const network = { name: "yagura", subnets: [] };
  assert.deepEqual(planGuestNetwork(view({ networks: [{ ...network, isActive: false }] })), {
    do: "start",
    name: "yagura",
  });
  assert.deepEqual(planGuestNetwork(view({ networks: [{ ...network, isActive: true }] })), { do: "nothing" });
});

test("planGuestNetwork refuses when every subnet is in use", () => {
  assert.equal(planGuestNetwork(view({ usedSubnets: [subnet("192.168.0.0", 16)] })).do, "refuse");
});

test("routes of the kernel are read, the default route left out", () => {
  const text =
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" +
    "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
    "eth0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
  assert.deepEqual(parseProcNetRoute(text), [subnet("192.168.122.0")]);
});

test("addresses and masks are read strictly", () => {
  assert.equal(formatIpv4(parseIpv4("10.1.2.255")), "10.1.2.255");
  assert.equal(prefixOfMask("255.255.252.0"), 22);
  for (const bad of ["1.2.3", "1.2.3.4.5", "1.2.3.256", "a.b.c.d", "1..2.3"]) assert.throws(() => parseIpv4(bad));
});
