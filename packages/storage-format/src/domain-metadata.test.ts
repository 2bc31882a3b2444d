import assert from "node:assert/strict";
import { test } from "node:test";
import { BadMetadata, formatDomainMetadata, parseDomainMetadata } from "@yagura/storage-format";
import { goldenFile } from "../test/golden-domain.ts";

const v5 = `ALIGNMENT=1048576
BLOCK_SIZE=512
CLASS=Data
DESCRIPTION=data1
IOOPTIMEOUTSEC=10
LEASERETRIES=3
LEASETIMESEC=60
LOCKPOLICY=
LOCKRENEWALINTERVALSEC=5
POOL_UUID=
REMOTE_PATH=server:/export/data1
ROLE=Regular
SDUUID=75f8a1bb-4504-4314-91ca-d9365a30692b
TYPE=NFS
VERSION=5
_SHA_CKSUM=ffe9e6411479d14017ce23cbeb8bce984d7bcdff
`;
const v4 = v5
  .replace(/^(ALIGNMENT|BLOCK_SIZE)=.*\n/gm, "")
  .replace("VERSION=5", "VERSION=4")
  .replace(/_SHA_CKSUM=.*/, "_SHA_CKSUM=a963047cdd99b652aabe2bbc296ab300561b6c20");

test("the metadata of a domain that oVirt made is written back byte for byte", () => {
  for (const text of [v5, v4, goldenFile("dom_md/metadata")]) {
    assert.equal(formatDomainMetadata(parseDomainMetadata(text)), text);
  }
});

/** A master of the time when the pool was described in the domain: its keys are nobody's now, and must survive. */
const v3 = `CLASS=Data
DESCRIPTION=old master
IOOPTIMEOUTSEC=10
LEASERETRIES=3
LEASETIMESEC=60
LOCKPOLICY=
LOCKRENEWALINTERVALSEC=5
MASTER_VERSION=7
POOL_DESCRIPTION=Default
POOL_DOMAINS=75f8a1bb-4504-4314-91ca-d9365a30692b:Active,25051c06-9995-42b3-a4ca-57ed9516e67d:Attached
POOL_SPM_ID=-1
POOL_SPM_LVER=-1
POOL_UUID=9d99ea76-ee96-4978-bdca-2bf1905294f7
REMOTE_PATH=server:/export/data1
ROLE=Master
SDUUID=75f8a1bb-4504-4314-91ca-d9365a30692b
TYPE=NFS
VERSION=3
_SHA_CKSUM=b60e0fb33c57b99ba3272c8f5880cffce8fc8bf4
`;

test("a master of V3 is read, with what a domain of that time cannot say, and written back byte for byte", () => {
  const metadata = parseDomainMetadata(v3);
  const { version, role, masterVersion, blockSizeBytes, alignmentBytes, foreign } = metadata;
  assert.deepEqual(
    { version, role, masterVersion, blockSizeBytes, alignmentBytes },
    { version: 3, role: "Master", masterVersion: 7, blockSizeBytes: 512, alignmentBytes: 1048576 },
  );
  assert.deepEqual([...foreign.keys()], ["POOL_DESCRIPTION", "POOL_DOMAINS", "POOL_SPM_ID", "POOL_SPM_LVER"]);
  assert.equal(formatDomainMetadata(metadata), v3);
});

test("the block sizes that V4 kept for block devices survive, and say nothing about ours", () => {
  const metadata = parseDomainMetadata(`${v4.replace(/_SHA_CKSUM.*\n/, "")}LOGBLKSIZE=4096\nPHYBLKSIZE=4096\n`);
  assert.equal(metadata.blockSizeBytes, 512);
  assert.match(formatDomainMetadata(metadata), /\nLOGBLKSIZE=4096\nPHYBLKSIZE=4096\n/);
});

test("metadata that is cut anywhere is refused, or is a whole one without its seal", () => {
  const whole = parseDomainMetadata(v5);
  for (let length = 0; length < v5.length - 1; length++) {
    const cut = v5.slice(0, length);
    try {
      const read = parseDomainMetadata(cut);
      assert.ok(!cut.includes("_SHA_CKSUM="), `${length} characters`);
      // oVirt takes a file without a seal as it is. Only the last number may be another one then, and it has one digit.
      assert.deepEqual({ ...read, version: 5 }, whole, `${length} characters`);
    } catch (error) {
      assert.ok(error instanceof BadMetadata, `${length} characters`);
    }
  }
});

test("the golden domain says who it is", () => {
  const { domainId, version, type, poolIds, role, description } = parseDomainMetadata(goldenFile("dom_md/metadata"));
  assert.deepEqual(
    { domainId, version, type, poolIds, role, description },
    {
      domainId: "25051c06-9995-42b3-a4ca-57ed9516e67d",
      version: 5,
      type: "LOCALFS",
      poolIds: ["9d99ea76-ee96-4978-bdca-2bf1905294f7"],
      role: "Regular",
      description: "golden-v5",
    },
  );
});

test("one changed character is noticed", () => {
  assert.throws(() => parseDomainMetadata(v5.replace("data1", "data2")), { code: 752 });
});

test("a file without a checksum is taken as it is", () => {
  assert.equal(parseDomainMetadata(v5.replace(/_SHA_CKSUM=.*\n/, "")).description, "data1");
});

test("keys of others survive, and are part of the checksum", () => {
  const metadata = { ...parseDomainMetadata(v5), foreign: new Map([["ZONE", "tokyo"]]) };
  const text = formatDomainMetadata(metadata);
  assert.match(text, /^ZONE=tokyo$/m);
  assert.deepEqual(parseDomainMetadata(text), metadata);
});

test("a name outside ASCII is kept, and its checksum is that of Python's xmlcharrefreplace", () => {
  const text = formatDomainMetadata({ ...parseDomainMetadata(v5), description: "櫓 ü \u{1F600}" });
  assert.match(text, /^DESCRIPTION=櫓 ü \u{1F600}$/mu);
  assert.equal(parseDomainMetadata(text).description, "櫓 ü \u{1F600}");
  assert.match(text, /^_SHA_CKSUM=90582925fef02404fa45569816dafd4fb759545b$/m);
});

test("a value with a line break cannot be written", () => {
  for (const description of ["a\nROLE=Master", "a\rb", "a\u2028b", "a\0b"]) {
    assert.throws(() => formatDomainMetadata({ ...parseDomainMetadata(v5), description }), { code: 751 });
  }
});

test("what is missing or impossible is refused", () => {
  const broken = [
    ["", /VERSION/],
    [v5.replace(/_SHA_CKSUM.*\n/, "").replace("ROLE=Regular", "ROLE=King"), /ROLE/],
    [v5.replace(/_SHA_CKSUM.*\n/, "").replace(/SDUUID=.*/, "SDUUID=../../etc"), /SDUUID/],
    [v5.replace(/_SHA_CKSUM.*\n/, "").replace("ALIGNMENT=1048576", "ALIGNMENT=-1"), /ALIGNMENT/],
  ] as const;
  for (const [text, message] of broken) assert.throws(() => parseDomainMetadata(text), { code: 751, message });
});
