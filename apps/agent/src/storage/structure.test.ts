import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { StorageDomains } from "./contract/domains.ts";
import { StorageError } from "./errors.ts";
import type { Pools } from "./pool/pools.ts";
import { openStructure } from "./structure.ts";

const [dead, other] = [newId<StorageDomainId>(), newId<StorageDomainId>()];

test("nobody waits in line for a domain that does not answer", async () => {
  const done: string[] = [];
  const { promise: silence, reject: giveUp } = Promise.withResolvers<never>();
  const { domains, idle } = openStructure({
    domains: {
      setDescription: async (domainId: StorageDomainId) => void done.push(domainId),
    } as unknown as StorageDomains,
    pools: {} as Pools,
    look: async () => undefined,
    askDomain: async (domainId) => (domainId === dead ? silence : undefined),
    askStorage: async () => undefined,
  });
  const named = assert.rejects(domains.setDescription(dead, "name"), { code: 379 });
  await domains.setDescription(other, "name");
  await idle();
  giveUp(new StorageError("StorageDomainAccessError", "it does not answer"));
  await named;
  assert.deepEqual(done, [other]);
});

test("what a domain is refused for at once is told by whoever wanted something of it", async () => {
  const { domains } = openStructure({
    domains: {
      format: async () => {
        throw new StorageError("CannotFormatAttachedStorageDomain", "it belongs to a pool");
      },
    } as unknown as StorageDomains,
    pools: {} as Pools,
    look: async () => undefined,
    askDomain: async () => {
      throw new StorageError("StorageDomainDoesNotExist", "there is no such domain");
    },
    askStorage: async () => undefined,
  });
  await assert.rejects(domains.format(other), { message: "it belongs to a pool" });
});
