import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { ensureInTurn, type LibvirtNetworks } from "./guest-network.ts";
import type { KnownNetwork, NewNatNetwork } from "./plan-guest-network.ts";

test("guests that start at the same time make one network, and none of them fails", async () => {
  const networks: KnownNetwork[] = [];
  const done: string[] = [];
  const libvirt: LibvirtNetworks = {
    listNetworks: async () => networks.map((network) => ({ ...network })),
    async defineNetwork({ name, bridge }: NewNatNetwork) {
      done.push("define");
      networks.push({ name, isActive: false, bridge, subnets: [] });
    },
    async startNetwork() {
      const [network] = networks;
      assert.equal(network?.isActive, false, "libvirt refuses to start a network twice");
      networks[0] = { ...network, isActive: true };
      done.push("start");
    },
  };
  const ensure = ensureInTurn({ kind: "network", name: "yagura" }, silentLog);
  await Promise.all([ensure(libvirt), ensure(libvirt), ensure(libvirt)]);
  assert.deepEqual(done, ["define", "start"]);
});
