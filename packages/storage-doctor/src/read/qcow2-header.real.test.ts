/** What qemu-img makes is read as qemu-img itself describes it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { decodeQcow2Header } from "./qcow2-header.ts";

const skip = existsSync("/usr/bin/qemu-img") ? false : "qemu-img is not installed";
const plain = { virtualBytes: 3 * MiB, hasDataFile: false, isCorrupt: false };

const images: Readonly<Record<string, readonly [readonly string[], object]>> = {
  "of version 1.1": [["-o", "compat=1.1"], { ...plain, version: 3 }],
  "of version 0.10": [["-o", "compat=0.10"], { ...plain, version: 2 }],
  "with another below": [
    ["-u", "-b", "base", "-F", "raw"],
    { ...plain, version: 3, backingName: "base", backingFormat: "raw" },
  ],
  "of version 0.10 with another below": [
    ["-o", "compat=0.10", "-u", "-b", "../a/base", "-F", "qcow2"],
    { ...plain, version: 2, backingName: "../a/base", backingFormat: "qcow2" },
  ],
  "with its data elsewhere": [["-o", "data_file=data"], { ...plain, version: 3, hasDataFile: true }],
  "with large clusters": [["-o", "cluster_size=2M"], { ...plain, version: 3 }],
};

for (const [name, [options, expected]] of Object.entries(images)) {
  test(`an image ${name}`, { skip }, async () => {
    await using directory = await temporaryDirectory();
    await runProgram("qemu-img", ["create", "-q", "-f", "qcow2", ...options, "image", String(3 * MiB)], {
      cwd: directory.path,
    });
    const bytes = await readFile(`${directory.path}/image`);
    assert.deepEqual(decodeQcow2Header(bytes), expected);
    // As much as the doctor reads is enough.
    assert.deepEqual(decodeQcow2Header(bytes.subarray(0, 64 * 1024)), expected);
  });
}

test("a raw disk is no image", () => {
  assert.equal(decodeQcow2Header(new Uint8Array(512)), undefined);
});
