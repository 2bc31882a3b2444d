import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { useDomains } from "./pool-domains.ts";

test("a domain whose server is dead keeps the pool from none of the others", async () => {
  const [master, dead, other] = [newId<StorageDomainId>(), newId<StorageDomainId>(), newId<StorageDomainId>()];
  const links: string[] = [];
  const joined: string[] = [];
  const files = {
    makeDirectory: async () => undefined,
    symbolicLink: async (target: string) => void links.push(target),
  } as unknown as StorageFiles;
  const find = async (domainId: StorageDomainId): Promise<StorageDomain> => {
    if (domainId === dead) throw new StorageError("StorageDomainAccessError", "it does not answer");
    return { paths: { domain: domainId } } as unknown as StorageDomain;
  };
  const hostIds = {
    join: (domainId: StorageDomainId) => void joined.push(domainId),
    leave: async () => undefined,
    leaveSoon: () => undefined,
    list: () => [],
  };
  const connection = { poolId: newId<PoolId>(), masterDomainId: master, masterVersion: 1, hostNumber: 1 };
  const domains = new Map([master, dead, other].map((id) => [id, "active"] as const));
  await useDomains(
    { repositoryPath: "/repository", files, known: { find, get: find } as unknown as KnownDomains, hostIds },
    { connection, domains },
  );
  assert.deepEqual(links.sort(), [master, master, other].sort());
  assert.deepEqual(joined, [master, dead, other]);
});
