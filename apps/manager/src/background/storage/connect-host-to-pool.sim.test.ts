import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentFault } from "@yagura/agent-protocol";
import { getHost } from "../../db/queries/hosts.ts";
import { threeHosts } from "../spm/three-hosts.fixture.ts";
import { connectHostToPool } from "./connect-host-to-pool.ts";
import { ToldPools } from "./told-pools.ts";

test("of a host that cannot be told how its pool is now, it is known all the same what it says of the storage's manager", async () => {
  await using pool = await threeHosts();
  const { system } = pool.world;
  const host = await getHost(system.db, pool.idOf("two"));
  const connect = () => connectHostToPool(system, new ToldPools(), host, pool.dataCenter.id);
  const said = await connect();
  pool.host("two").failNext("StoragePool.connect", new AgentFault("StorageDomainAccessError"), 1000);
  assert.notEqual(said, "not connected");
  assert.deepEqual(await connect(), said);
});
