/** The doctor on a domain whose leases a real sanlock made and holds. */
import assert from "node:assert/strict";
import { chown, mkdir, open, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { type LabSanlock, startSanlock, whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { createSanlock, type LeaseHolder, type Sanlock } from "@yagura/sanlock";
import { systemClock } from "@yagura/std/clock.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  examineDomain,
  type FindingKind,
  findingKinds,
  findSpm,
  formatReport,
  planRepair,
  repairDomain,
  watchMembers,
  whoIsAtWork,
} from "@yagura/storage-doctor";
import { changeLeaseRecord, encodeEmptyLeaseIndex, encodeLeaseIndexHead } from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { domainId, image, type MadeDomain, makeFullDomain, metadataOf, volume } from "../test/make-domain.ts";

const skip =
  (await whyNoSanlock()) ||
  (process.getuid?.() !== 0 && "files of shared storage belong to 36:36, and only root gives them away");
const ioTimeoutSeconds = 2;
const guestLease = "guest-1";

describe("a shared domain", { skip }, () => {
  test("as sanlock makes it is in order", async () => {
    await using domain = await makeSharedDomain();
    assert.deepEqual((await examineDomain(domain.path)).findings, []);
  });

  const damages: Readonly<Record<string, readonly [(domain: MadeDomain) => Promise<unknown>, FindingKind]>> = {
    "an empty lockspace": [({ paths }) => truncate(paths.ids, 0), "lockspace-broken"],
    "a lockspace that is none": [({ paths }) => writeFile(paths.ids, "x".repeat(4096)), "lockspace-broken"],
    "the lockspace of another domain": [({ paths }) => direct("-s", `another:0:${paths.ids}:0`), "lockspace-foreign"],
    "no lease for the SPM": [({ paths }) => truncate(paths.leases, MiB), "spm-lease-broken"],
    "an SPM's lease that is cut": [({ paths }) => truncate(paths.leases, MiB + 100), "spm-lease-broken"],
    "no external leases": [({ paths }) => rm(paths.externalLeases), "control-file-missing"],
    "external leases without an index": [({ paths }) => truncate(paths.externalLeases, MiB), "lease-index-broken"],
    "an index that is being made": [(domain) => writeIndex(domain, { isUpdating: true }), "lease-index-updating"],
    "an index with a lease half made": [(domain) => writeIndex(domain, { flag: "u" }), "lease-record-half-made"],
    "an index with a place that cannot be read": [
      (domain) => writeIndex(domain, { flag: "\n" }),
      "lease-record-broken",
    ],
    "an index that names a lease that is not there": [
      (domain) => writeIndex(domain, { leaseId: "guest-2" }),
      "lease-not-where-indexed",
    ],
    "a volume without a lease": [({ paths }) => rm(paths.volumeLease(image(1), volume(1))), "volume-lease-missing"],
    "a volume with an empty lease": [
      ({ paths }) => truncate(paths.volumeLease(image(1), volume(1)), 0),
      "volume-lease-broken",
    ],
  };

  for (const [name, [damage, kind]] of Object.entries(damages)) {
    test(`with ${name} is told of`, async () => {
      await using domain = await makeSharedDomain();
      await damage(domain);
      const { findings } = await examineDomain(domain.path);
      assert.deepEqual(
        [...new Set(findings.map((found) => found.kind))].filter((found) => found !== "wrong-owner"),
        [kind],
      );
    });
  }

  test("each kind of finding about leases is found by some test", () => {
    const found = new Set(Object.values(damages).map(([, kind]) => kind));
    const wanted = Object.keys(findingKinds).filter((kind) => /lease-|lockspace-/.test(kind));
    assert.deepEqual(
      wanted.filter((kind) => !found.has(kind as FindingKind) && kind !== "lease-geometry-impossible"),
      [],
    );
  });

  test("gets a missing lease of a volume, which sanlock then takes", async () => {
    await using domain = await makeSharedDomain();
    const path = domain.paths.volumeLease(image(1), volume(1));
    await rm(path);
    const report = await repairDomain(domain.path, { backupName: "now", agree: async () => true });
    assert.deepEqual(report?.findings, []);
    const { stdout } = await runProgram("sanlock", ["direct", "dump", path]);
    assert.match(stdout, new RegExp(`${domainId} +${volume(1)}`));
  });
});

describe("a shared domain in use", { skip }, () => {
  let domain: MadeDomain;
  let daemon: LabSanlock;
  let sanlock: Sanlock;
  let holder: LeaseHolder;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

  before(async () => {
    domain = await makeSharedDomain();
    directory = await temporaryDirectory("/var/tmp");
    daemon = await startSanlock(`${directory.path}/daemon`, "host-a");
    sanlock = createSanlock(daemon);
    await sanlock.addLockspace(lockspace(), { ioTimeoutSeconds });
    holder = await sanlock.register({ onLost: () => undefined });
    await holder.acquire([spmLease()]);
  });

  after(async () => {
    await daemon[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
    await domain[Symbol.asyncDispose]();
  });

  const lockspace = () => ({ name: domainId, hostId: 7, path: domain.paths.ids, offsetBytes: 0 });
  const spmLease = () => ({ lockspace: domainId, name: "SDM", path: domain.paths.leases, offsetBytes: MiB });

  test("says who is SPM, in which epoch, and that it is alive", async () => {
    const report = await examineDomain(domain.path, { watch: { clock: systemClock, until: "seen" } });
    assert.deepEqual(findSpm(report.snapshot, report.hosts), { hostId: 7, epoch: 1, condition: "alive" });
    assert.match(formatReport(report, { explains: true }), /SPM: host 7 \(host-a\) in epoch 1, which is alive/);
    const members = await watchMembers(report.snapshot, { clock: systemClock, until: "proof" });
    assert.deepEqual(whoIsAtWork(report.snapshot, members), ["host 7 (host-a) is using the domain"]);
    assert.deepEqual(planRepair(report), []);
  });

  test("has no SPM when the lease is given back, and nobody at work when the host has left", async () => {
    await holder.release([spmLease()]);
    const released = await examineDomain(domain.path);
    assert.equal(findSpm(released.snapshot, released.hosts), undefined);
    await sanlock.removeLockspace(lockspace(), { onlyIfUnused: true });
    const left = await examineDomain(domain.path);
    assert.deepEqual(
      left.hosts.map(({ hostId, condition }) => [hostId, condition]),
      [[7, "left"]],
    );
    assert.deepEqual(whoIsAtWork(left.snapshot, left.hosts), []);
  });
});

/** As the agent makes one on NFS: with leases for everything, and 36:36 the owner. */
async function makeSharedDomain(): Promise<MadeDomain> {
  // O_DIRECT is refused on the tmpfs that /tmp may be.
  const domain = await makeFullDomain(metadataOf({ type: "NFS" }), "/var/tmp");
  const { paths } = domain;
  for (const path of [paths.ids, paths.leases, paths.externalLeases]) await writeFile(path, "", { mode: 0o660 });
  await direct("-s", `${domainId}:0:${paths.ids}:0`, "-o", String(ioTimeoutSeconds));
  await direct("-r", `${domainId}:SDM:${paths.leases}:${MiB}`);
  await direct("-r", `${domainId}:${guestLease}:${paths.externalLeases}:${3 * MiB}`);
  await writeIndex(domain, {});
  for (const imageId of [1, 2, 3, 4].map(image)) {
    for (const name of await readdir(paths.image(imageId))) {
      if (name.includes(".")) continue;
      await writeFile(`${paths.image(imageId)}/${name}.lease`, "", { mode: 0o660 });
      await direct("-r", `${domainId}:${name}:${paths.image(imageId)}/${name}.lease:0`);
    }
  }
  await mkdir(paths.masterVms, { recursive: true });
  await runProgram("chown", ["-R", "36:36", domain.path]);
  // Whatever the umask took away.
  await runProgram("chmod", ["-R", "u=rwX,g=rwX,o=rX", domain.path]);
  await chown(domain.storagePath, 36, 36);
  return domain;
}

/** An index with one lease, in the first place. */
async function writeIndex(
  { paths }: MadeDomain,
  { isUpdating = false, leaseId = guestLease, flag = "-" }: { isUpdating?: boolean; leaseId?: string; flag?: string },
): Promise<void> {
  const head = { lockspace: domainId, modifiedSeconds: 1, isUpdating };
  const index = Buffer.from(encodeEmptyLeaseIndex(head));
  index.set(encodeLeaseIndexHead(head));
  const block = changeLeaseRecord(index, 0, { leaseId, offsetBytes: 3 * MiB }, 512);
  index.set(block.bytes, block.offsetBytes);
  if (flag === "\n") index.write("x", 512 + 49, "latin1");
  else index.write(flag, 512 + 61, "latin1");
  await using file = await open(paths.externalLeases, "r+");
  await file.write(index, 0, index.length, MiB);
}

async function direct(...args: readonly string[]): Promise<void> {
  await runProgram("sanlock", ["direct", "init", ...args]);
}
