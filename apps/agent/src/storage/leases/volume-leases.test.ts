import assert from "node:assert/strict";
import { test } from "node:test";
import { type ImageId, newId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { openVolumeLeases } from "./volume-leases.ts";

const domainId = newId<StorageDomainId>();
const domain = {
  domainId,
  readMetadata: async () => ({
    type: "NFS",
    blockSizeBytes: 512,
    alignmentBytes: MiB,
    lease: { ioTimeoutSeconds: 10 },
  }),
  paths: { ids: "/ids", leases: "/leases", volumeLease: () => "/volume.lease" },
} as unknown as StorageDomain;
const key = { domainId, imageId: newId<ImageId>(), volumeId: newId<VolumeId>() };

test("whoever ends waits for what works under a lease, and for the lease", async () => {
  const log: string[] = [];
  const leases = openVolumeLeases({
    sanlock: { writeLease: async () => undefined },
    leases: {
      tryAcquire: async () => ({ is: "acquired", leases: [] }),
      release: async () => void log.push("released"),
    },
    files: {} as StorageFiles,
    awaitHostId: async () => undefined,
    endProcess: () => assert.fail("nothing is unknown"),
    whenWritersDead: async () => void log.push("the writer is dead"),
  });
  await leases.whenIdle();
  const upload = Promise.withResolvers<void>();
  const held = leases.hold([{ domain, key }], () => upload.promise);
  const idle = leases.whenIdle().then(() => log.push("idle"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(log, []);
  upload.reject(new Error("the client is gone"));
  await assert.rejects(held, /the client is gone/);
  await idle;
  assert.deepEqual(log, ["the writer is dead", "released", "idle"]);
});
