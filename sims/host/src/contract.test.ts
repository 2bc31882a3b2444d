import { connectAgent } from "@yagura/agent-protocol";
import { createAuthority } from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { agentContract, type ContractPeer } from "@yagura/testing/agent-contract.ts";
import { hostCredentials, managerTls } from "./credentials.fixture.ts";
import { diskless } from "./host.fixture.ts";
import { startSimulatedHost } from "./mod.ts";
import { putImage } from "./put-image.fixture.ts";

const times = { taskMs: 1, launchMs: 1, bootMs: 20, guestAgentMs: 1, shutdownMs: 1 };

async function simulatedPeer(): Promise<ContractPeer> {
  const authority = await createAuthority({ name: "test", nowMs: systemClock.nowMs() });
  const hostId = newId<HostId>();
  const host = await startSimulatedHost({ hostId, times, credentials: await hostCredentials(authority, hostId) });
  const at = { host: host.address, port: host.port };
  const tls = await managerTls(authority);
  const client = await connectAgent({ ...at, tls });
  return {
    client,
    guestXml: (vmId) => diskless(vmId),
    guestTimeoutMs: 5000,
    taskTimeoutMs: 5000,
    storagePath: "/contract",
    upload: (ids, body) => putImage({ ...at, tls }, ids, body),
    connectAsHost: async () => connectAgent({ ...at, tls: await hostCredentials(authority, newId<HostId>()) }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await host.close();
    },
  };
}

agentContract("simulated host", simulatedPeer);
