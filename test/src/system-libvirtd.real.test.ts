import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { access, chmod, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeProcess } from "@yagura/lab/recorded-process.ts";
import { openUntouchedLibvirtd } from "@yagura/lab/untouched-libvirtd.ts";
import { openDirectory, putDemoDisk, quickStartIn, whyNoQuickStart } from "./quick-start.ts";

const skip = await whyNoQuickStart();

/** What somebody else has in the same libvirtd. */
const theirNetwork = "<network><name>theirs</name><bridge name='theirs0'/><dns enable='no'/></network>";
const theirGuest = `<domain type='qemu'><name>theirs</name><memory unit='MiB'>16</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`;

test("npm start uses the libvirtd that runs, as it is, and takes away only what is its own", { skip }, async (t) => {
  await using directory = await openDirectory();
  await using libvirtd = await openUntouchedLibvirtd(directory.path);
  const { namespace, configuration } = libvirtd;
  const virsh = (...args: string[]): Promise<string> => namespace.run("virsh", "--connect", "qemu:///system", ...args);
  await writeFile(join(directory.path, "network.xml"), theirNetwork);
  await writeFile(join(directory.path, "guest.xml"), theirGuest);
  await virsh("net-define", join(directory.path, "network.xml"));
  await virsh("net-start", "theirs");
  await virsh("define", join(directory.path, "guest.xml"));
  await virsh("start", "theirs");
  const before = await fingerprints(configuration);
  const daemon = await describeProcess(libvirtd.pid);

  const place = { enter: namespace.enter, node: process.execPath, repository: join(import.meta.dirname, "../..") };
  const data = join(directory.path, "data");
  await putDemoDisk(data); // A network of its own reaches no package mirror.
  await using centre = await quickStartIn(data, place);

  await t.test("the guest runs there, as QEMU's own user", async () => {
    const { guest } = await centre.start();
    assert.equal(guest.status, "up");
    assert.match(guest.addresses[0] ?? "", /^192\.168\./);
    assert.deepEqual(words(await virsh("list", "--name")), ["demo", "theirs"]);
    assert.deepEqual(words(await virsh("net-list", "--name")), ["theirs", "yagura"]);
    await assert.rejects(access(join(data, "libvirt/libvirtd.pid")), "it has started a libvirtd of its own");
  });

  await t.test("nothing of what was there is changed", async () => {
    const now = await fingerprints(configuration);
    for (const [file, fingerprint] of before) assert.equal(now.get(file), fingerprint, `${file} is not as it was`);
  });

  await t.test("npm run stop ends our guest and nothing else", async () => {
    await centre.stop();
    assert.deepEqual(words(await virsh("list", "--name")), ["theirs"]);
  });

  await t.test("npm run reset leaves everything as it was before", async () => {
    await centre[Symbol.asyncDispose]();
    assert.deepEqual(words(await virsh("list", "--all", "--name")), ["theirs"]);
    assert.deepEqual(words(await virsh("net-list", "--all", "--name")), ["theirs"]);
    assert.deepEqual(await fingerprints(configuration), before);
    assert.deepEqual(await describeProcess(libvirtd.pid), daemon);
  });

  await t.test("a directory that QEMU's user cannot pass is refused by name, and nothing is made in it", async () => {
    const closed = join(directory.path, "closed");
    await mkdir(closed);
    await chmod(closed, 0o700);
    const refused = await quickStartIn(join(closed, "data"), place);
    await assert.rejects(
      refused.start(),
      new RegExp(`cannot pass ${closed}\\. Let it pass \\(chmod o\\+x ${closed}\\)`),
    );
    assert.deepEqual(await readdir(closed), []);
  });
});

/** Every file below a folder, with what is in it. */
async function fingerprints(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = entry.isSymbolicLink() ? await readlink(path) : await readFile(path);
    found.set(path, createHash("sha256").update(content).digest("hex"));
  }
  return found;
}

function words(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== "")
    .sort();
}
