import assert from "node:assert/strict";
import { test } from "node:test";
import { BadMetadata, formatVolumeMetadata, nextGeneration, parseVolumeMetadata } from "@yagura/storage-format";
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

/** As vdsm writes it on domains before V5. */
const v4 = `CTIME=1440935038
DESCRIPTION={"DiskAlias":"vm_Disk1","DiskDescription":""}
DISKTYPE=DATA
DOMAIN=75f8a1bb-4504-4314-91ca-d9365a30692b
FORMAT=COW
GEN=3
IMAGE=0000000a-0000-4000-8000-000000000000
LEGALITY=LEGAL
MTIME=0
PUUID=00000000-0000-0000-0000-000000000000
SIZE=20971520
TYPE=SPARSE
VOLTYPE=LEAF
EOF
`;

test("metadata of V3 and V4 is written back byte for byte when that is what the domain is", () => {
  for (const version of [3, 4]) assert.equal(formatVolumeMetadata(parseVolumeMetadata(v4), version), v4);
  const v5 = formatVolumeMetadata(parseVolumeMetadata(v4));
  assert.match(v5, /^CAP=10737418240$/m);
  assert.match(v5, /^SEQ=0$/m);
  assert.doesNotMatch(v5, /^(SIZE|MTIME)=/m);
});

test("a disk type of the old days, and keys of others, survive", () => {
  const old = v4.replace("DISKTYPE=DATA", "DISKTYPE=2").replace("TYPE=SPARSE\n", "TYPE=SPARSE\nUSER=somebody\n");
  assert.equal(formatVolumeMetadata(parseVolumeMetadata(old), 4), old);
});

test("metadata that is cut anywhere is refused, or has everything but what may be missing", () => {
  for (const [text, version] of [
    [leaf, 5],
    [v4, 4],
  ] as const) {
    const whole = parseVolumeMetadata(text);
    const written = formatVolumeMetadata(whole, version);
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length);
      try {
        assert.equal(formatVolumeMetadata(parseVolumeMetadata(cut), version), written, `${length} characters`);
        assert.ok(cut.includes("VOLTYPE=LEAF"), `${length} characters`);
      } catch (error) {
        assert.ok(error instanceof BadMetadata, `${length} characters: ${error}`);
      }
    }
  }
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
