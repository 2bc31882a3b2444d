import assert from "node:assert/strict";
import { test } from "node:test";
import { formatVolumeMetadata, nextGeneration, parseVolumeMetadata } from "@yagura/storage-format";
import fc from "fast-check";
import { goldenFile } from "../test/golden-domain.ts";

const image = "images/0000000a-0000-4000-8000-000000000000";
const [base, leaf] = [1, 2].map((n) => goldenFile(`${image}/0000000${n}-0000-4000-8000-000000000000.meta`)) as [
  string,
  string,
];

test("the metadata of volumes that oVirt made is written back byte for byte", () => {
  for (const text of [base, leaf]) assert.equal(formatVolumeMetadata(parseVolumeMetadata(text)), text);
});

test("the golden snapshot stands on its base", () => {
  assert.deepEqual(parseVolumeMetadata(leaf), {
    domainId: "25051c06-9995-42b3-a4ca-57ed9516e67d",
    imageId: "0000000a-0000-4000-8000-000000000000",
    parentId: "00000001-0000-4000-8000-000000000000",
    capacityBytes: 1073741824,
    format: "COW",
    allocation: "SPARSE",
    role: "LEAF",
    legality: "LEGAL",
    diskType: "DATA",
    description: "snap",
    createdSeconds: 1550522547,
    generation: 0,
    sequence: 2,
    foreign: new Map(),
  });
  assert.equal(parseVolumeMetadata(base).parentId, undefined);
});

test("metadata of V4 is read: sectors, no sequence, a time of change that says nothing", () => {
  const v4 = base.replace(/^CAP=.*$/m, "SIZE=2097152\nMTIME=0").replace(/^(SEQ|GEN)=.*\n/gm, "");
  const { capacityBytes, sequence, generation, foreign } = parseVolumeMetadata(v4);
  assert.deepEqual(
    { capacityBytes, sequence, generation, foreign: [...foreign] },
    {
      capacityBytes: 1073741824,
      sequence: 0,
      generation: 0,
      foreign: [],
    },
  );
});

test("nothing after EOF is read: old bytes may stand there", () => {
  assert.deepEqual(parseVolumeMetadata(`${base}LEGALITY=ILLEGAL\n\0\0`), parseVolumeMetadata(base));
});

test("cleared metadata is told from broken metadata", () => {
  for (const text of ["", "\0\0\0", "NONE=####\nEOF\n", "EOF\n"]) {
    assert.throws(() => parseVolumeMetadata(text), { code: 757 });
  }
  assert.throws(() => parseVolumeMetadata(base.replace(/^CAP=.*\n/m, "")), { code: 751 });
  assert.throws(() => parseVolumeMetadata(base.replace(/^CAP=.*$/m, "CAP=1e9")), { code: 751 });
  assert.throws(() => parseVolumeMetadata(base.replace(/^PUUID=.*$/m, "PUUID=../x")), { code: 751 });
});

test("a long description is cut, and what still does not fit is refused", () => {
  const metadata = parseVolumeMetadata(base);
  assert.equal(
    parseVolumeMetadata(formatVolumeMetadata({ ...metadata, description: "x".repeat(500) })).description.length,
    210,
  );
  assert.throws(() => formatVolumeMetadata({ ...metadata, description: "櫓".repeat(210) }), { code: 756 });
});

test("whatever can be written is read back", () => {
  const description = fc
    .string({ unit: "grapheme", maxLength: 40 })
    .map((text) => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/gu, "").trim());
  fc.assert(
    fc.property(
      description,
      fc.maxSafeNat(),
      fc.nat(999),
      fc.maxSafeNat(),
      (text, capacityBytes, generation, sequence) => {
        const metadata = { ...parseVolumeMetadata(leaf), description: text, capacityBytes, generation, sequence };
        assert.deepEqual(parseVolumeMetadata(formatVolumeMetadata(metadata)), metadata);
      },
    ),
  );
});

test("the generation begins again after 999", () => {
  assert.deepEqual([0, 998, 999].map(nextGeneration), [1, 999, 0]);
});
