/** One domain of a pool, not its master, is dead: its files fail, or never answer. Nothing else is kept from working. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import {
  becomeSpm,
  domainId,
  finished,
  newVolume,
  poolId,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import type { PoolConnection } from "../contract/pools.ts";
import { StorageError } from "../errors.ts";
import { openStorageFiles, type StorageFiles } from "../files/storage-files.ts";

const deadId = newId<StorageDomainId>();
const newDomainId = newId<StorageDomainId>();

/** What its server does. */
class Server {
  state: "well" | "failing" | "silent" = "well";

  /** Everything below the connection of this name. */
  files(name: string): StorageFiles {
    const files = openStorageFiles(rootCallsInProcess(false));
    return new Proxy(files, {
      get: (from, call) => {
        const member: unknown = Reflect.get(from, call);
        if (typeof member !== "function") return member;
        return async (...args: readonly unknown[]) => {
          const place = args[call === "symbolicLink" ? 1 : 0];
          const isHere = typeof place === "string" && new RegExp(`/mnt/[^/]*${name}/`).test(place);
          if (isHere && this.state === "silent") await new Promise(() => undefined);
          if (isHere && this.state === "failing") {
            throw new StorageError("StorageDomainAccessError", "its server does not answer");
          }
          return Reflect.apply(member, from, args);
        };
      },
    });
  }
}

interface PoolWorld extends StorageWorld {
  readonly server: Server;
  connection: PoolConnection;
}

/** An SPM with a second active domain, and room for a third. */
async function poolWorld(): Promise<PoolWorld> {
  const server = new Server();
  const world = await storageWorld({ files: server.files("dead") });
  const { storage, storagePath, path } = world;
  await becomeSpm(storage, storagePath);
  for (const name of ["dead", "new"]) {
    await mkdir(`${path}/${name}`);
    await storage.connections.connect([{ connectionId: name, type: "LOCALFS", path: `${path}/${name}` }]);
  }
  await storage.domains.create({ ...newDomain(`${path}/dead`), domainId: deadId });
  await storage.domains.attach(deadId, poolId);
  await storage.domains.activate(deadId, poolId);
  const domains: PoolConnection["domains"] = new Map([domainId, deadId].map((id) => [id, "active"]));
  const connection = { poolId, hostNumber: 1, masterDomainId: domainId, masterVersion: 1, domains };
  return { ...world, server, connection };
}

const newDomain = (path: string) =>
  ({ domainId: newDomainId, type: "LOCALFS", class: "Data", name: "new", path, version: 5 }) as const;

/** Nothing is remembered of where domains are: as after a connection, or a start of the agent. */
async function forgetPlaces({ storage, path }: PoolWorld): Promise<void> {
  await storage.connections.connect([{ connectionId: "new", type: "LOCALFS", path: `${path}/new` }]);
}

test("the pool, its SPM and the other domains work while the server of one fails", async () => {
  await using world = await poolWorld();
  const { server, storage, path, connection } = world;
  server.state = "failing";
  await forgetPlaces(world);
  await finished(storage, await storage.volumes.create(poolId, newVolume()));
  await storage.domains.create(newDomain(`${path}/new`));
  await storage.domains.attach(newDomainId, poolId);
  await storage.domains.activate(newDomainId, poolId);
  await storage.pools.connect(connection);
  await storage.pools.stopSpm(poolId);
  await finished(storage, await storage.pools.startSpm(poolId));
  await storage.domains.deactivate(deadId, poolId);
  const { domains } = await storage.pools.getInfo(poolId);
  assert.deepEqual(
    domains.map(({ domainId: id, status, version, stats }) => [id, status, version, stats !== undefined]),
    [
      [domainId, "active", 5, true],
      [deadId, "attached", 5, false],
    ],
  );
  assert.deepEqual((await storage.domains.list({})).toSorted(), [domainId, newDomainId].sort());
  assert.deepEqual((await storage.domains.list({ class: "Data" })).toSorted(), [domainId, newDomainId].sort());
});

test("the pool is described, and another domain is made, while the server of one never answers", async () => {
  await using world = await poolWorld();
  const { server, storage, path } = world;
  server.state = "silent";
  await forgetPlaces(world);
  const [info] = await Promise.all([
    storage.pools.getInfo(poolId),
    storage.domains.create(newDomain(`${path}/new`)),
    finished(storage, await storage.volumes.create(poolId, newVolume())),
  ]);
  assert.deepEqual(
    info.domains.map(({ stats }) => stats !== undefined),
    [true, false],
  );
  await storage.domains.deactivate(deadId, poolId);
  await storage.pools.stopSpm(poolId);
});
