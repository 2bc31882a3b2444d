import type { LibvirtNetworks } from "../network/guest-network.ts";
import { formatNatNetwork, parseNetworkXml } from "../network/network-xml.ts";
import type { KnownNetwork, NewNatNetwork } from "../network/plan-guest-network.ts";
import type { LibvirtCalls } from "./libvirt-calls.ts";

/** The networks of a libvirtd. */
export function libvirtNetworks(call: LibvirtCalls): LibvirtNetworks {
  return {
    async listNetworks(): Promise<KnownNetwork[]> {
      return call("listing networks", async ({ remote }, options) => {
        const { nets } = await remote.connectListAllNetworks({ needResults: 1 }, options);
        return Promise.all(
          nets.map(async (net) => {
            const [{ xml }, { active }] = await Promise.all([
              remote.networkGetXmlDesc({ net }, options),
              remote.networkIsActive({ net }, options),
            ]);
            return { name: net.name, isActive: active === 1, ...parseNetworkXml(xml) };
          }),
        );
      });
    },

    async defineNetwork(network: NewNatNetwork): Promise<void> {
      await call(`defining the network ${network.name}`, async ({ remote }, options) => {
        const { net } = await remote.networkDefineXml({ xml: formatNatNetwork(network) }, options);
        await remote.networkSetAutostart({ net, autostart: 1 }, options);
      });
    },

    async startNetwork(name: string): Promise<void> {
      await call(`starting the network ${name}`, async ({ remote }, options) => {
        const { net } = await remote.networkLookupByName({ name }, options);
        await remote.networkCreate({ net }, options);
      });
    },
  };
}
