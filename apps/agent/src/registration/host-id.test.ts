import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { nodeFiles } from "@yagura/pki";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { backOffMs } from "./back-off.ts";
import { HostIdDamaged } from "./errors.ts";
import { ensureHostId, findUsableUuid, readDmiUuid } from "./host-id.ts";

const systemUuid = "4C4C4544-0042-3510-8054-B4C04F4D3232";

test("a host's id is the machine's UUID, chosen once and kept when the firmware says something else", async () => {
  await using directory = await temporaryDirectory();
  const options = { directory: join(directory.path, "agent"), files: nodeFiles };
  const first = await ensureHostId({ ...options, readSystemUuid: async () => `${systemUuid}\n` });
  assert.equal(first, systemUuid.toLowerCase());
  assert.equal(await ensureHostId({ ...options, readSystemUuid: async () => undefined }), first);
});

test("a UUID that many machines share is not used", async () => {
  const shared = [
    "",
    "Not Settable",
    "0".repeat(8),
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
  ];
  for (const text of [...shared, "03000200-0400-0500-0006-000700080009", "11111111-1111-1111-1111-111111111110"]) {
    assert.equal(findUsableUuid(text), undefined, text);
  }
  await using directory = await temporaryDirectory();
  const read = (name: string) =>
    ensureHostId({ directory: join(directory.path, name), files: nodeFiles, readSystemUuid: async () => shared[3] });
  assert.notEqual(await read("a"), await read("b"));
});

test("a damaged id is for a person to repair: another id would be another host", async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, "host-id"), "garbage");
  const options = { directory: directory.path, files: nodeFiles, readSystemUuid: async () => systemUuid };
  await assert.rejects(ensureHostId(options), HostIdDamaged);
});

test("firmware that cannot be read has no UUID", async () => {
  assert.equal(await readDmiUuid("/nowhere/product_uuid"), undefined);
});

test("backOffMs doubles up to its end, however many failures there were", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 1000].map((failures) => backOffMs(failures)),
    [1000, 2000, 4000, 60_000, 60_000],
  );
});
