import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { CannotReachDisk, labelDisk } from "./label-disk.ts";

const stranger = { uid: 4_000_000, gid: 4_000_000, groups: [] };

test("labelDisk names the directory that QEMU cannot pass", async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  const closed = join(directory.path, "closed");
  await mkdir(closed, { mode: 0o700 });
  const disk = join(closed, "disk");
  await writeFile(disk, "");
  await assert.rejects(labelDisk({ paths: [disk], isReadOnly: false }, stranger), (error: unknown) => {
    assert.ok(error instanceof CannotReachDisk);
    assert.match(error.message, new RegExp(`pass through ${closed} \\(mode 0700`));
    return true;
  });
});

test("labelDisk lets libvirt relabel a disk when any file behind it cannot be read", async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  const [leaf, base] = [join(directory.path, "leaf"), join(directory.path, "base")];
  await writeFile(leaf, "");
  await writeFile(base, "");
  await chmod(leaf, 0o666);
  await chmod(base, 0o600);
  assert.deepEqual(await labelDisk({ paths: [leaf, base], isReadOnly: false }, stranger), {
    model: "dac",
    relabels: true,
    label: "+4000000:+4000000",
  });
  await chmod(base, 0o644);
  assert.deepEqual(await labelDisk({ paths: [leaf, base], isReadOnly: false }, stranger), {
    model: "dac",
    relabels: false,
  });
});
