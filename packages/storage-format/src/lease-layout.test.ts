import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chooseLeaseGeometry,
  externalLeaseOffset,
  findLeaseGeometry,
  leaseIndexOffset,
  parseDomainMetadata,
  sdmLeaseOffset,
} from "@yagura/storage-format";
import { goldenFile } from "../test/golden-domain.ts";

const MiB = 1024 * 1024;

test("leases lie where vdsm looks for them, in units of the alignment", () => {
  for (const alignmentBytes of [MiB, 8 * MiB]) {
    const geometry = { sectorBytes: 4096, alignmentBytes } as const;
    assert.equal(sdmLeaseOffset(geometry), alignmentBytes);
    assert.equal(leaseIndexOffset(geometry), alignmentBytes);
    assert.deepEqual(
      [0, 1, 1020].map((number) => externalLeaseOffset(number, geometry) / alignmentBytes),
      [3, 4, 1023],
    );
  }
  assert.throws(() => externalLeaseOffset(-1, { sectorBytes: 512, alignmentBytes: MiB }));
});

test("a domain's metadata says how its leases are laid out, if sanlock has that", () => {
  const { blockSizeBytes, alignmentBytes } = parseDomainMetadata(goldenFile("dom_md/metadata"));
  assert.deepEqual(findLeaseGeometry(blockSizeBytes, alignmentBytes), { sectorBytes: 512, alignmentBytes: MiB });
  assert.deepEqual(findLeaseGeometry(4096, 2 * MiB), { sectorBytes: 4096, alignmentBytes: 2 * MiB });
  for (const [sector, alignment] of [
    [512, 2 * MiB],
    [4096, 3 * MiB],
    [1024, MiB],
    [4096, 0],
  ] as const) {
    assert.equal(findLeaseGeometry(sector, alignment), undefined);
  }
});

test("more hosts need larger leases on sectors of 4 KiB", () => {
  const alignment = (sector: 512 | 4096, hosts: number): number | undefined => {
    const geometry = chooseLeaseGeometry(sector, hosts);
    return geometry && geometry.alignmentBytes / MiB;
  };
  assert.deepEqual(
    [250, 251, 500, 1000, 1001, 2000, 2001].map((hosts) => alignment(4096, hosts)),
    [1, 2, 2, 4, 8, 8, undefined],
  );
  assert.deepEqual(
    [1, 2000, 2001].map((hosts) => alignment(512, hosts)),
    [1, 1, undefined],
  );
});
