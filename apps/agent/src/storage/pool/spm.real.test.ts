// Two hosts, each with a sanlock daemon of its own, on one shared domain.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LabSanlock, whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { createSanlock } from "@yagura/sanlock";
import { type ImageId, newId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { decodeLeaseIndex, leaseIndexOffset } from "@yagura/storage-format";
import {
  becomeSpmOf,
  ioTimeoutSeconds,
  makePool,
  type SharedHost,
  type SharedStorage,
  secondPath,
  sharedStorage,
  untilJoined,
} from "../../../test/shared-storage.ts";
import { ended } from "../../../test/storage-world.ts";

const program = fileURLToPath(new URL("../../../test/spm-process.ts", import.meta.url));

describe("the SPM of shared storage", { skip: await whyNoSanlock() }, () => {
  let shared: SharedStorage;
  let a: SharedHost;
  let b: SharedHost;
  let third: LabSanlock;

  before(async () => {
    shared = await sharedStorage();
    a = await shared.startHost(1);
    b = await shared.startHost(2);
    third = await shared.startDaemon("host-3");
    await makePool(shared, a);
    await b.storage.pools.connect(shared.connectionOf(2));
    await Promise.all([untilJoined(shared, a), untilJoined(shared, b)]);
  });
  after(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await shared[Symbol.asyncDispose]();
  });

  test("a new domain has the files that oVirt expects, and sanlock's in them", async () => {
    const control = `${shared.mountPath}/${shared.domainId}/dom_md`;
    const sizes: Record<string, number> = {};
    for (const name of (await readdir(control)).sort()) {
      const { size, mode } = await stat(`${control}/${name}`);
      sizes[name] = size;
      if (name !== "metadata") assert.equal(mode & 0o777, 0o660, name);
    }
    const { metadata: _, ...special } = sizes;
    assert.deepEqual(special, {
      ids: MiB,
      inbox: 16 * MiB,
      leases: 2 * MiB,
      outbox: 16 * MiB,
      xleases: MiB + 62 * 4096,
    });
    const { a: host } = { a };
    const sanlock = host.options.sanlock ?? assert.fail();
    const stored = await sanlock.readLockspace({ path: `${control}/ids`, offsetBytes: 0, hostId: 200 });
    assert.deepEqual([stored?.name, stored?.ioTimeoutSeconds], [shared.domainId, ioTimeoutSeconds]);
    const bytes = await readFile(`${control}/xleases`);
    const index = decodeLeaseIndex(bytes.subarray(leaseIndexOffset({ sectorBytes: 512, alignmentBytes: MiB })));
    assert.deepEqual([index.lockspace, index.isUpdating], [shared.domainId, false]);
    assert.match(await readFile(`${control}/metadata`, "utf8"), /^IOOPTIMEOUTSEC=2$/m);
  });

  test("one host becomes SPM; the other sees it, and is refused while the first is alive", async () => {
    assert.deepEqual(await b.storage.pools.getSpmStatus(shared.poolId), {
      status: "Free",
      leaseVersion: -1,
      hostNumber: -1,
    });
    assert.equal(await becomeSpmOf(shared, a), 1);
    assert.deepEqual(await a.storage.pools.getSpmStatus(shared.poolId), {
      status: "SPM",
      leaseVersion: 1,
      hostNumber: 1,
    });
    assert.deepEqual(await b.storage.pools.getSpmStatus(shared.poolId), {
      status: "Free",
      leaseVersion: 1,
      hostNumber: 1,
    });

    const taskId = await b.storage.pools.startSpm(shared.poolId);
    const says = (): boolean => /lease of host 1/.test(b.storage.tasks.getStatus(taskId).message);
    await poll("host 2 to say what it waits for", says, { timeoutMs: 10_000 });
    assert.equal((await b.storage.pools.getSpmStatus(shared.poolId)).status, "Contend");
    const { code, message } = await ended(b.storage, taskId, 60_000);
    assert.deepEqual([code, /host 1 is the SPM of domain .* and alive/.test(message)], [651, true]);
    assert.equal((await b.storage.pools.getSpmStatus(shared.poolId)).status, "Free");
  });

  test("a handover takes less than two seconds, and begins a new epoch", async () => {
    const begin = performance.now();
    await a.storage.pools.stopSpm(shared.poolId);
    const epoch = await becomeSpmOf(shared, b);
    const seconds = (performance.now() - begin) / 1000;
    assert.equal(epoch, 2);
    assert.ok(seconds < 2, `took ${seconds} s`);
    await b.storage.pools.stopSpm(shared.poolId);
    const { hostNumber } = await a.storage.pools.getSpmStatus(shared.poolId);
    assert.equal(hostNumber, -1);
  });

  test("contending ends when it is told to, and leaves no lease behind", async () => {
    await becomeSpmOf(shared, a);
    const taskId = await b.storage.pools.startSpm(shared.poolId);
    await b.storage.pools.stopSpm(shared.poolId);
    assert.equal((await ended(b.storage, taskId)).code, 411);
    await a.storage.pools.stopSpm(shared.poolId);
    assert.equal((await b.storage.pools.getSpmStatus(shared.poolId)).hostNumber, -1);
  });

  test("the lease of a volume keeps the other host from it", async () => {
    const key = { domainId: shared.domainId, imageId: newId<ImageId>(), volumeId: newId<VolumeId>() };
    await becomeSpmOf(shared, a);
    const taskId = await a.storage.volumes.create(shared.poolId, {
      ...key,
      capacityBytes: MiB,
      format: "COW",
      allocation: "SPARSE",
      diskType: "DATA",
      description: "",
    });
    assert.equal((await ended(a.storage, taskId)).message, "");
    const lease = `${shared.mountPath}/${shared.domainId}/images/${key.imageId}/${key.volumeId}.lease`;
    assert.equal((await stat(lease)).size, MiB);
    const place = { lockspace: shared.domainId, name: key.volumeId, path: lease, offsetBytes: 0 };
    await using other = await createSanlock(b.daemon).register({ onLost: () => undefined });
    assert.equal((await other.acquire([place])).is, "acquired");
    await assert.rejects(a.storage.volumes.setLegality(shared.poolId, key, "ILLEGAL"), { code: 651 });
    await other.release([place]);
    await a.storage.volumes.setLegality(shared.poolId, key, "ILLEGAL");
    await a.storage.pools.stopSpm(shared.poolId);
  });

  test("when the SPM's process is killed, another host is SPM as soon as sanlock knows", async () => {
    await using spm = await startSpmProcess(shared, third, 3);
    const begin = performance.now();
    spm.process.kill("SIGKILL");
    assert.equal(await becomeSpmOf(shared, b), spm.epoch + 1);
    assert.ok(performance.now() - begin < 5_000);
    await b.storage.pools.stopSpm(shared.poolId);
  });

  test("a SPM that is told to end gives the lease back first", async () => {
    await using spm = await startSpmProcess(shared, third, 3);
    spm.process.kill("SIGTERM");
    assert.equal(await spm.ended, 0);
    assert.equal((await a.storage.pools.getSpmStatus(shared.poolId)).hostNumber, -1);
  });

  test("a SPM that another host asks for the lease through sanlock is killed, not asked", async () => {
    await using spm = await startSpmProcess(shared, third, 3);
    const leases = await sdmLease();
    await createSanlock(b.daemon).requestLease({ ...leases, version: "next", force: "graceful" });
    assert.equal(await spm.ended, "SIGKILL");
  });

  test("a SPM that loses sanlock kills itself", async () => {
    await using spm = await startSpmProcess(shared, third, 3);
    await third.kill();
    assert.equal(await spm.ended, "SIGKILL");
  });

  async function sdmLease() {
    const { domainId } = shared;
    const paths = { ids: "", leases: `${shared.mountPath}/${domainId}/dom_md/leases` };
    return { lockspace: domainId, name: "SDM", path: paths.leases, offsetBytes: MiB };
  }
});

test("the master moves to another domain, with a lease and a later epoch there, and the other host follows", {
  skip: await whyNoSanlock(),
}, async () => {
  await using shared = await sharedStorage();
  await using a = await shared.startHost(1);
  await using b = await shared.startHost(2);
  await makePool(shared, a);
  await b.storage.pools.connect(shared.connectionOf(2));
  const { poolId, domainId } = shared;
  const toDomainId = newId<StorageDomainId>();
  const epoch = await becomeSpmOf(shared, a);
  const { storage } = a;
  const domain = { type: "NFS", class: "Data", name: "second", path: secondPath, version: 5 } as const;
  await storage.domains.create({ ...domain, domainId: toDomainId });
  await storage.domains.attach(toDomainId, poolId, epoch);
  await storage.domains.activate(toDomainId, poolId, epoch);
  const move = { fromDomainId: domainId, toDomainId, masterVersion: 2, epoch };
  const { code, message } = await ended(storage, await storage.pools.switchMaster(poolId, move), 60_000);
  assert.deepEqual([code, message], [0, ""]);
  const { leaseVersion } = await storage.pools.getSpmStatus(poolId);
  assert.equal(leaseVersion, epoch + 1);

  await assert.rejects(b.storage.pools.connect(shared.connectionOf(2)), { code: 324 });
  const domains = new Map([domainId, toDomainId].map((id) => [id, "active"] as const));
  await b.storage.pools.connect({ poolId, hostNumber: 2, masterDomainId: toDomainId, masterVersion: 2, domains });
  assert.deepEqual(await b.storage.pools.getSpmStatus(poolId), { status: "Free", leaseVersion, hostNumber: 1 });
  await storage.pools.stopSpm(poolId);
  assert.equal(await becomeSpmOf(shared, b), leaseVersion + 1);
  await b.storage.pools.stopSpm(poolId);
});

interface SpmProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly epoch: number;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

async function startSpmProcess(shared: SharedStorage, daemon: LabSanlock, hostNumber: number): Promise<SpmProcess> {
  const child = spawn(
    process.execPath,
    [
      program,
      daemon.socketPath,
      shared.repositoryPath,
      `${shared.path}/run-${hostNumber}`,
      JSON.stringify(shared.connectionOf(hostNumber)),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      process: child,
      epoch: Number(line),
      ended,
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error(`the SPM's process ended with ${await ended}`);
}
