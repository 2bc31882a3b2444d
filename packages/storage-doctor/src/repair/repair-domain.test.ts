import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  applyRepair,
  examineDomain,
  findDomains,
  formatReport,
  planRepair,
  type Report,
  repairDomain,
  reportToJson,
} from "@yagura/storage-doctor";
import { formatVolumeMetadata, parseVolumeMetadata } from "@yagura/storage-format";
import fc from "fast-check";
import { domainFiles, image, type MadeDomain, makeFullDomain, metadataOf, volume } from "../../test/make-domain.ts";

const agreed = { backupName: "now", agree: async () => true };

test("roles, leftovers, mailboxes and an unknown parent are repaired, and nothing else is touched", async () => {
  await using domain = await makeFullDomain();
  const { paths } = domain;
  const before = await domainFiles(domain.path);
  await changeRecord(domain, 4, { role: "INTERNAL" });
  await changeRecord(domain, 3, { role: "LEAF", parentId: volume(9) });
  await writeFile(`${paths.volumeMetadata(image(1), volume(1))}.new`, "");
  await mkdir(`${domain.storagePath}/.creating-x/dom_md`, { recursive: true });
  await truncate(paths.inbox, 512);
  const damaged = await readFile(paths.volumeMetadata(image(2), volume(3)), "utf8");

  const report = await repairDomain(domain.path, agreed);
  assert.deepEqual(report?.findings, []);
  const kept = join(domain.path, "doctor-backup/now/images", image(2), `${volume(3)}.meta`);
  assert.equal(await readFile(kept, "utf8"), damaged);
  await rm(`${domain.path}/doctor-backup`, { recursive: true });
  assert.deepEqual(await domainFiles(domain.path), before);
  assert.deepEqual(await findDomains(domain.storagePath), [domain.path]);
});

test("what is not agreed to is not done", async () => {
  await using domain = await makeFullDomain();
  await changeRecord(domain, 4, { role: "INTERNAL" });
  const before = await domainFiles(domain.path);
  assert.equal(await repairDomain(domain.path, { backupName: "now", agree: async () => false }), undefined);
  assert.deepEqual(await domainFiles(domain.path), before);
});

test("a record of version 4 stays one of version 4", async () => {
  await using domain = await makeFullDomain(metadataOf({ version: 4 }));
  const path = domain.paths.volumeMetadata(image(2), volume(4));
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace("VOLTYPE=LEAF", "VOLTYPE=INTERNAL\nX=kept"));
  assert.deepEqual((await repairDomain(domain.path, agreed))?.findings, []);
  assert.equal(await readFile(path, "utf8"), text.replace("VOLTYPE=LEAF\n", "VOLTYPE=LEAF\nX=kept\n"));
});

test("a file of which the owner is wrong is given back, by those who may", {
  skip: process.getuid?.() !== 0 && "only root can",
}, async () => {
  await using domain = await makeFullDomain(metadataOf({ type: "NFS" }));
  const { findings } = await examineDomain(domain.path);
  const owners = findings.filter(({ kind }) => kind === "wrong-owner");
  assert.match(owners[0]?.what ?? "", /and \d\d more$/);
  const target = { path: domain.path, metadata: metadataOf(), backupPath: "/nonexistent" };
  for (const { repair } of owners) if (repair !== undefined) await applyRepair(repair, target);
  const { uid, gid, mode } = await stat(domain.paths.volume(image(1), volume(1)));
  assert.deepEqual([uid, gid, mode & 0o777], [36, 36, 0o660]);
  assert.ok((await examineDomain(domain.path)).findings.every(({ kind }) => kind !== "wrong-owner"));
});

/** Where damage can be done: any file of the domain. */
const damage = fc.record({
  file: fc.nat(1000),
  how: fc.constantFrom("cut", "remove", "append", "flip", "rename", "empty", "double"),
  where: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("whatever is damaged is told or harmless, and what was repaired is in order at the second look", async () => {
  await using pristine = await makeFullDomain();
  const whole = meaning(await examineDomain(pristine.path));
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      await using domain = await makeFullDomain();
      for (const one of damages) await harm(domain, one);
      const report = await examineDomain(domain.path);
      // Told of in both forms, whatever it is.
      assert.ok(formatReport(report, { explains: true }).endsWith("\n"));
      JSON.stringify(reportToJson(report));
      if (report.findings.length === 0) assert.deepEqual(meaning(report), whole);
      const after = await repairDomain(domain.path, agreed);
      assert.ok(after !== undefined);
      assert.deepEqual(planRepair(after), []);
    }),
    { numRuns: 60 },
  );
  assert.deepEqual((await examineDomain(pristine.path)).findings, []);
});

test("repairs never change the bytes of a disk", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      await using domain = await makeFullDomain();
      for (const one of damages) await harm(domain, one);
      const before = await bytesOfDisks(domain);
      await repairDomain(domain.path, agreed);
      assert.deepEqual(await bytesOfDisks(domain), before);
    }),
    { numRuns: 30 },
  );
});

test("every truncation of every record is survived", async () => {
  await using domain = await makeFullDomain();
  const records = (await domainFiles(domain.path))
    .map(({ path }) => path)
    .filter((path) => /metadata$|\.meta$/.test(path));
  for (const path of records) {
    const whole = await readFile(path);
    // Every seventh length is every kind of place in a line.
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length));
      const { findings } = await examineDomain(domain.path);
      if (length < 100) assert.ok(findings.length > 0, `${path} cut after ${length}`);
    }
    await writeFile(path, whole);
  }
  assert.deepEqual((await examineDomain(domain.path)).findings, []);
});

async function harm(
  domain: MadeDomain,
  { file, how, where }: { file: number; how: string; where: number },
): Promise<void> {
  const files = (await domainFiles(domain.path)).map(({ path }) => path);
  const path = files[file % files.length];
  if (path === undefined) return;
  const { size } = await stat(path);
  const at = Math.floor(size * where);
  if (how === "cut") await truncate(path, at);
  else if (how === "empty") await truncate(path, 0);
  else if (how === "remove") await rm(path);
  else if (how === "append") await appendFile(path, "\0X=1\n");
  else if (how === "rename") await rename(path, `${path}.new`);
  else if (how === "double") await writeFile(`${path}.new`, await readFile(path));
  else if (size < 4096) {
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 0x15;
    await writeFile(path, bytes);
  }
}

/** All that a guest or an operation depends on. */
function meaning({ snapshot }: Report): unknown {
  return snapshot.images.map((one) => [
    one.imageId,
    one.volumes.map(({ volumeId, metadata, content }) => {
      if (metadata.is !== "there") return undefined;
      const { role, parentId, format, legality, capacityBytes, imageId } = metadata.value;
      return [
        volumeId,
        role,
        parentId,
        format,
        legality,
        capacityBytes,
        imageId,
        format === "RAW" && content?.sizeBytes,
      ];
    }),
  ]);
}

async function bytesOfDisks(domain: MadeDomain): Promise<unknown> {
  return (await domainFiles(domain.path)).filter(
    ({ path }) => /\/images\/[^/]+\/[0-9a-f-]+(\.new)?$/.test(path) && !path.endsWith(".new"),
  );
}

async function changeRecord(domain: MadeDomain, number: number, change: Record<string, unknown>): Promise<void> {
  const path = domain.paths.volumeMetadata(image(2), volume(number));
  const record = parseVolumeMetadata(await readFile(path, "utf8"));
  await writeFile(path, formatVolumeMetadata({ ...record, ...change }));
}
