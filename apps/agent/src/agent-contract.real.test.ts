import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseId, type VmId } from "@yagura/std/ids.ts";
import { agentContract, type ContractPeer } from "@yagura/testing/agent-contract.ts";
import { imageHeaders, imageHttp } from "./testing/put-image.ts";
import { startRealAgent } from "./testing/real-agent.ts";
import { startRealLibvirt, whyNoRealLibvirt } from "./testing/real-libvirt.ts";
import { disklessGuest } from "./testing/real-virt.ts";

async function realPeer(): Promise<ContractPeer> {
  const libvirt = await startRealLibvirt();
  const agent = await startRealAgent(libvirt);
  const credentials = await agent.pki.manager();
  const client = await agent.connect(credentials);
  await agent.ready(client);
  const storagePath = join(libvirt.directory, "storage");
  await mkdir(storagePath);
  await chmod(storagePath, 0o755);
  return {
    client,
    guestXml: (vmId) => disklessGuest({ vmId: parseId<VmId>(vmId) }).xml,
    guestTimeoutMs: 60_000,
    storagePath,
    async upload(ids, body) {
      const headers = {
        ...imageHeaders(ids),
        "Content-Length": String(body.length),
        "Content-Type": "application/octet-stream",
      };
      const answer = await imageHttp({ port: agent.port, credentials }, { method: "PUT", headers, body });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body.toString()}`);
      return String(answer.headers["task-id"]);
    },
    connectAsHost: async () => agent.connect(await agent.pki.host()),
    async [Symbol.asyncDispose]() {
      await client.close();
      await agent[Symbol.asyncDispose]();
      await libvirt[Symbol.asyncDispose]();
    },
  };
}

agentContract("real agent", realPeer, { skip: await whyNoRealLibvirt() });
