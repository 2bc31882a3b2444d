// What must hold of the storage after whatever happened, looked at on the NFS server itself.

import assert from "node:assert/strict";
import { join } from "node:path";
import { hostsWithSpmLease } from "@yagura/lab/three-hosts-nfs/spm.ts";
import type { DomainPlace } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { folderOf } from "@yagura/lab/uml/nfs.ts";
import type { Centre } from "./centre.ts";
import { imageInfo } from "./disks.ts";

const cli = join(import.meta.dirname, "../../../apps/cli/src/main.ts");

/** Every domain is sound, every image whole, nothing is left over, and at most one host has the lease of the SPM. */
export async function checkStorage(centre: Centre): Promise<void> {
  for (const domain of centre.domains) {
    await checkImages(centre, domain);
    await checkLeftOvers(centre, domain);
    await askDoctor(centre, domain);
  }
  const holders = await hostsWithSpmLease(centre.three.hosts.filter(({ isOn }) => isOn));
  assert.ok(holders.length <= 1, `${holders.map(({ title }) => title).join(" and ")} have the lease of the SPM`);
}

/** All files of a domain whose changes mean something: not what sanlock and the mailboxes write all the time. */
export async function describeDomain({ three }: Centre, on: DomainPlace): Promise<string[]> {
  const folder = domainFolder(on);
  const { stdout } = await three.server.machine.run("find", [folder, "-printf", "%P %s %T@ %u:%g %m\n"]);
  return stdout
    .split("\n")
    .filter((line) => !/^dom_md\/(ids|leases|xleases|inbox|outbox) |\.lease /.test(line))
    .sort();
}

async function checkImages(centre: Centre, on: DomainPlace): Promise<void> {
  const { server } = centre.three;
  for (const path of await listFiles(centre, `${domainFolder(on)}/images`)) {
    assert.equal((await server.machine.run("stat", ["-c", "%u:%g", path])).stdout.trim(), "36:36", path);
    if (/\.(meta|lease)$/.test(path)) continue;
    const { format } = await imageInfo(centre, path);
    if (format !== "qcow2") continue;
    const { code, stdout } = await server.machine.run("qemu-img", ["check", "-f", format, path], {
      okCodes: [0, 1, 2, 3],
    });
    assert.equal(code, 0, `${path}: ${stdout}`);
  }
}

async function checkLeftOvers(centre: Centre, on: DomainPlace): Promise<void> {
  const files = await listFiles(centre, domainFolder(on));
  const left = files.filter((path) => /\/master\/tasks\/.|\/_remove_me_|\.new$|\/\.writing-/.test(path));
  assert.deepEqual(left, []);
  const folders = (await centre.three.server.machine.run("ls", [`${domainFolder(on)}/images`])).stdout.split("\n");
  const { client } = centre.three.manager;
  const known = (await client.storage_domains.at(on.id).disks.list()).map(({ id = "" }) => id);
  assert.deepEqual(
    folders.filter((name) => name !== "").sort(),
    known.toSorted(),
    "images on the storage, and disks of it",
  );
}

/** The doctor's exit code says whether it found something. */
async function askDoctor(centre: Centre, on: DomainPlace): Promise<void> {
  const { code, stdout, stderr } = await centre.three.server.machine.run(
    process.execPath,
    [cli, "storage", "doctor", "--check", domainFolder(on)],
    { okCodes: Array.from({ length: 256 }, (_, any) => any), timeoutMs: 120_000 },
  );
  assert.equal(code, 0, `the doctor of ${on.exportName} says:\n${stdout}${stderr}`);
}

async function listFiles({ three }: Centre, folder: string): Promise<string[]> {
  const { stdout } = await three.server.machine.run("find", [folder, "-type", "f"]);
  return stdout.split("\n").filter((path) => path !== "");
}

function domainFolder({ exportName, id }: DomainPlace): string {
  return `${folderOf(exportName)}/${id}`;
}
