import assert from "node:assert/strict";
import { appendFile, chmod, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { test } from "node:test";
import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  diagnoseTogether,
  examineDomain,
  type FindingKind,
  findDomains,
  findingKinds,
  formatReport,
  planRepair,
  readDomain,
} from "@yagura/storage-doctor";
import { formatDomainMetadata, type VolumeMetadata } from "@yagura/storage-format";
import { image, type MadeDomain, makeFullDomain, metadataOf, qcow2Bytes, volume } from "../test/make-domain.ts";

test("a domain in order is one line", async () => {
  await using domain = await makeFullDomain();
  const report = await examineDomain(domain.path);
  assert.deepEqual(report.findings, []);
  assert.equal(formatReport(report, { explains: false }), `data in ${domain.path} is in order (4 images, 7 volumes)\n`);
});

test("domains of versions 3 and 4 are in order too", async () => {
  for (const version of [3, 4]) {
    await using domain = await makeFullDomain(metadataOf({ version }));
    assert.deepEqual((await examineDomain(domain.path)).findings, []);
  }
});

test("what there is is drawn, a chain from its base up", async () => {
  await using domain = await makeFullDomain();
  const text = formatReport(await examineDomain(domain.path, { imageId: image(2) }), { explains: true });
  const chain = text.split("\n").filter((line) => /0000000[234]-/.test(line));
  assert.deepEqual(
    chain.map((line) => line.replace(/-0000-4000-8000-000000000000/, "").replace(/,.*/, "")),
    [
      "  00000002  raw sparse internal legal",
      "   <- 00000003  cow sparse internal legal",
      "      <- 00000004  cow sparse leaf legal",
    ],
  );
});

type Damage = (domain: MadeDomain) => Promise<unknown>;

/** Each damage, and what the doctor says to it. The kinds without leases; those are in leases.test.ts. */
const damages: Readonly<Record<string, readonly [Damage, ...FindingKind[]]>> = {
  "no metadata": [({ paths }) => rm(paths.domainMetadata), "domain-metadata-missing"],
  "metadata that was edited": [({ paths }) => appendFile(paths.domainMetadata, "X=1\n"), "domain-metadata-broken"],
  "metadata of another domain": [({ path }) => rename(path, path.replace("75f8", "85f8")), "domain-id-differs"],
  "a version of the future": [withMetadata({ version: 6 }), "domain-version-unknown"],
  "a master of nothing": [withMetadata({ poolIds: [] }), "master-without-pool"],
  "two owners": [withMetadata({ poolIds: [metadataOf().poolIds, metadataOf().poolIds].flat() }), "several-pools"],
  "units that sanlock lacks": [withMetadata({ alignmentBytes: 3 * MiB }), "lease-geometry-impossible"],
  "no inbox": [({ paths }) => rm(paths.inbox), "control-file-missing"],
  "no ids": [({ paths }) => rm(paths.ids), "control-file-missing"],
  "a short outbox": [({ paths }) => truncate(paths.outbox, 4096), "control-file-truncated"],
  "a volume without its record": [
    ({ paths }) => rm(paths.volumeMetadata(image(1), volume(1))),
    "volume-metadata-missing",
  ],
  "a record that is empty": [
    ({ paths }) => truncate(paths.volumeMetadata(image(1), volume(1))),
    "volume-metadata-broken",
  ],
  "a record without its volume": [({ paths }) => rm(paths.volume(image(1), volume(1))), "content-missing"],
  "a volume that is a link": [
    async ({ paths }) => {
      await rm(paths.volume(image(1), volume(1)));
      await symlink("/etc/passwd", paths.volume(image(1), volume(1)));
    },
    "content-not-a-file",
  ],
  "a copy from elsewhere": [
    withRecord(1, 1, { imageId: image(9) }),
    "image-without-own-volume",
    "volume-of-another-domain",
  ],
  "an illegal volume": [withRecord(1, 1, { legality: "ILLEGAL" }), "illegal-volume"],
  "a short raw volume": [({ paths }) => truncate(paths.volume(image(1), volume(1)), 100), "raw-truncated"],
  "a long raw volume": [({ paths }) => truncate(paths.volume(image(1), volume(1)), 2 * MiB), "capacity-differs"],
  "an image of another size": [withRecord(2, 4, { capacityBytes: 2 * MiB }), "capacity-differs"],
  "an image that is none": [({ paths }) => writeFile(paths.volume(image(2), volume(4)), "hello"), "wrong-format"],
  "an image that is cut": [({ paths }) => truncate(paths.volume(image(2), volume(4)), 100), "wrong-format"],
  "an image that QEMU found corrupt": [withByte(79, 2), "content-damaged"],
  "an image with its data elsewhere": [withByte(79, 4), "data-elsewhere"],
  "a parent that is gone": [
    async ({ paths }) => {
      await rm(paths.volume(image(2), volume(3)));
      await rm(paths.volumeMetadata(image(2), volume(3)));
    },
    "parent-missing",
    "several-leaves",
    "role-differs",
  ],
  "a parent that the image does not have": [
    withRecord(2, 4, { parentId: volume(2) }),
    "parent-differs",
    "several-leaves",
    "role-differs",
  ],
  "a circle": [withRecord(2, 2, { parentId: volume(4), format: "COW" }), "wrong-format", "chain-loop", "role-differs"],
  "a raw volume on another": [withRecord(1, 1, { parentId: volume(9) }), "raw-with-parent"],
  "an image that stands on a file elsewhere": [withBacking("/etc/passwd"), "backing-outside"],
  "an image that stands on another's": [withBacking(`../${image(1)}/${volume(3)}`), "backing-outside"],
  "a leaf that is called inner": [withRecord(2, 4, { role: "INTERNAL" }), "role-differs"],
  "an inner volume that is called leaf": [withRecord(2, 3, { role: "LEAF" }), "role-differs"],
  "two leaves": [
    (domain) => domain.addVolume(image(2), volume(8), { format: "COW", parentId: volume(3) }),
    "several-leaves",
  ],
  "a template that is gone": [({ paths }) => rm(paths.image(image(3)), { recursive: true }), "template-link-broken"],
  "an empty image": [({ paths }) => mkdir(paths.image(image(9))), "empty-image"],
  "an image with a template's volume only": [
    (domain) => domain.linkVolume(image(3), image(9), volume(5)),
    "image-without-own-volume",
  ],
  "a record beside its place": [
    ({ paths }) => writeFile(`${paths.volumeMetadata(image(1), volume(1))}.new`, ""),
    "unfinished-text",
  ],
  "metadata beside its place": [
    ({ paths }) => writeFile(`${paths.domainMetadata}.new`, "", { mode: 0o660 }),
    "unfinished-text",
  ],
  "a task beside its place": [({ paths }) => writeFile(`${paths.masterTasks}/x.json.new`, ""), "unfinished-text"],
  "a file of somebody's": [({ paths }) => writeFile(`${paths.images}/notes.txt`, ""), "unknown-file"],
  "an image that is being removed": [({ paths }) => mkdir(`${paths.images}/_remove_me_x`), "doomed-image"],
  "a domain that was begun": [({ storagePath }) => mkdir(`${storagePath}/.creating-x`), "unfinished-domain"],
  "a domain that is being removed": [({ storagePath }) => mkdir(`${storagePath}/.removing-x`), "doomed-domain"],
  "a task under way": [
    ({ paths }) =>
      writeFile(
        `${paths.masterTasks}/00000000-0000-4000-8000-000000000000.json`,
        JSON.stringify({
          verb: "createVolume",
          state: "running",
          intent: { kind: "create-volume", imageId: image(1) },
        }),
      ),
    "unfinished-task",
  ],
  "a task that is no task": [({ paths }) => writeFile(`${paths.masterTasks}/x.json`, "{"), "unreadable-task"],
  "a task of vdsm": [({ paths }) => mkdir(`${paths.masterTasks}/x`), "unreadable-task"],
  "a volume that anybody may write": [({ paths }) => chmod(paths.volume(image(1), volume(1)), 0o666), "wrong-owner"],
  "a directory of all images that nobody may write to": [({ path }) => chmod(`${path}/images`, 0o500), "wrong-owner"],
  "a journal that anybody may write": [({ path }) => chmod(`${path}/master/tasks`, 0o777), "wrong-owner"],
  "a directory that nobody may enter": [({ paths }) => chmod(paths.image(image(1)), 0o600), "wrong-owner"],
};

for (const [name, [damage, ...kinds]] of Object.entries(damages)) {
  test(`the doctor finds ${name}`, async () => {
    await using domain = await makeFullDomain();
    await damage(domain);
    const [path = ""] = await findDomains(domain.storagePath);
    const report = await examineDomain(path);
    assert.deepEqual(new Set(report.findings.map(({ kind }) => kind)), new Set(kinds));
    const text = formatReport(report, { explains: true });
    for (const { what } of report.findings) assert.ok(text.includes(what), text);
  });
}

test("two masters of one data center are found where both can be seen", async () => {
  await using one = await makeFullDomain();
  await using other = await makeFullDomain(metadataOf({ domainId: domainIdOther, masterVersion: 2 }));
  const snapshots = [await readDomain(one.path), await readDomain(other.path)];
  assert.deepEqual(
    diagnoseTogether(snapshots).map(({ kind }) => kind),
    ["two-masters"],
  );
  assert.deepEqual(diagnoseTogether(snapshots.slice(1)), []);
});

test("a record that was begun is only removed where the one that counts can be read", async () => {
  await using domain = await makeFullDomain();
  const record = domain.paths.volumeMetadata(image(1), volume(1));
  await rename(record, `${record}.new`);
  const report = await examineDomain(domain.path);
  assert.deepEqual(
    report.findings.map(({ kind }) => kind),
    ["unfinished-text", "volume-metadata-missing"],
  );
  assert.deepEqual(planRepair(report), []);
});

test("every kind of finding is found by some test, or is about leases", () => {
  const found = new Set(Object.values(damages).flatMap(([, ...kinds]) => kinds));
  const missing = Object.keys(findingKinds).filter((kind) => !found.has(kind as FindingKind) && kind !== "two-masters");
  assert.deepEqual(
    missing.filter((kind) => !/lease|lockspace/.test(kind)),
    [],
  );
});

const domainIdOther = "85f8a1bb-4504-4314-91ca-d9365a30692b" as ReturnType<typeof metadataOf>["domainId"];

function withMetadata(differs: Partial<ReturnType<typeof metadataOf>>): Damage {
  return ({ paths }) => writeFile(paths.domainMetadata, formatDomainMetadata(metadataOf(differs)));
}

/** Changes what the record of a volume says, and nothing else. */
function withRecord(imageNumber: number, volumeNumber: number, differs: Partial<VolumeMetadata>): Damage {
  return async (domain) => {
    const [imageId, volumeId]: [ImageId, VolumeId] = [image(imageNumber), volume(volumeNumber)];
    const content = domain.paths.volume(imageId, volumeId);
    const bytes = await readFile(content);
    const base: Partial<VolumeMetadata> =
      imageNumber === 1
        ? {}
        : {
            ...(volumeNumber > 2 && { format: "COW", parentId: volume(volumeNumber - 1) }),
            ...(volumeNumber < 4 && { role: "INTERNAL" }),
          };
    await domain.addVolume(imageId, volumeId, { ...base, ...differs });
    await writeFile(content, bytes);
  };
}

function withBacking(name: string): Damage {
  return ({ paths }) => writeFile(paths.volume(image(2), volume(4)), qcow2Bytes(MiB, name));
}

function withByte(at: number, value: number): Damage {
  return async ({ paths }) => {
    const bytes = qcow2Bytes(MiB, volume(3));
    bytes[at] = value;
    await writeFile(paths.volume(image(2), volume(4)), bytes);
  };
}
