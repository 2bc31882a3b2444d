// A domain that a real VDSM wrote, on an NFS export as it would stand there, is imported in place: its disk is attached to a
// VM and detached again, the domain leaves, and not a byte of a disk has changed.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { clusterName, untilDomainIs } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { folderOf } from "@yagura/lab/uml/nfs.ts";
import { RestFault } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { untilVmIs } from "../guests.ts";
import { type Centre, explained } from "../three-hosts/centre.ts";

const archive = join(import.meta.dirname, "../../../packages/storage-format/fixtures/storage-domain-v5.tar.gz");
const exportName = "golden";
const domainId = "25051c06-9995-42b3-a4ca-57ed9516e67d";
const imageId = "0000000a-0000-4000-8000-000000000000";
const volumeIds = ["00000001-0000-4000-8000-000000000000", "00000002-0000-4000-8000-000000000000"] as const;

/** Defines the test. The io_timeout of the data center is the one that the domain has already, so that attaching need not change it. */
export function testGoldenDomain(getCentre: () => Centre): void {
  test("an oVirt domain, imported in place, is attached, used and given back with its disks as they were", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const { three } = centre;
      const { client } = three.manager;
      await putGoldenDomain(centre);
      const before = await describe(centre);

      const address = three.server.machine.address;
      const storage = { type: "nfs", address, path: `/${exportName}` } as const;
      await client.storage_domains.add({ import: true, type: "data", host: { name: "one" }, storage });
      assert.deepEqual(await describe(centre), before, "looking at it changed it");
      const attached = client.data_centers.at(three.dataCenterId).storage_domains;
      await assert.rejects(
        attached.add({ id: domainId }),
        (error) => error instanceof RestFault && /attached to .* of another Manager/.test(error.detail ?? ""),
      );
      assert.deepEqual(await describe(centre), before, "what belongs to others was changed");
      const takeOver = { force: true };
      await attached.add({ id: domainId }, takeOver, { timeoutMs: 240_000 });
      await untilDomainIs(three, domainId, "active", { timeoutMs: 240_000 });

      const disks = client.storage_domains.at(domainId).disks;
      const found = await disks.list({ unregistered: true });
      assert.deepEqual(
        found.map(({ id }) => id),
        [imageId],
      );
      await disks.add({ id: imageId }, { unregistered: true });
      await attachAndDetach(centre);

      await attached.action(domainId, "deactivate");
      await untilDomainIs(three, domainId, "maintenance", { timeoutMs: 240_000 });
      await attached.remove(domainId);
      await poll("the domain to be gone", async () => !(await attached.list()).some(({ id }) => id === domainId), {
        timeoutMs: 120_000,
      });
      const afterwards = await describe(centre);
      assert.deepEqual(afterwards.images, before.images);
      assert.deepEqual(differentKeys(before.metadata, afterwards.metadata), ["POOL_UUID", "_SHA_CKSUM"]);
    }));
}

async function attachAndDetach({ three }: Centre): Promise<void> {
  const { client } = three.manager;
  const { id: vmId = "" } = await client.vms.add({
    name: "guest",
    memory: 128 * MiB,
    cluster: { name: clusterName },
    template: { name: "Blank" },
  });
  await untilVmIs(client, vmId, "down");
  const attachments = client.vms.at(vmId).disk_attachments;
  await attachments.add({ disk: { id: imageId }, bootable: true, active: true, interface: "virtio" });
  assert.deepEqual(
    (await attachments.list()).map(({ id }) => id),
    [imageId],
  );
  await attachments.remove(imageId, { detach_only: true });
  assert.deepEqual(await attachments.list(), []);
  await client.vms.remove(vmId);
}

/**
 * The fixture is of a domain in a local directory. On NFS the same VDSM would have written another type and path, and
 * leases: an empty lockspace, the SPM's, and one beside each volume.
 */
async function putGoldenDomain({ three }: Centre): Promise<void> {
  const { server } = three;
  await server.add(exportName);
  const run = server.machine.run;
  await run("tar", ["-xzf", archive, "-C", folderOf(exportName), "--strip-components=1", "--sparse"]);
  const metadata = new Map((await readMetadata(three)).entries());
  metadata.set("TYPE", "NFS").set("REMOTE_PATH", `${server.machine.address}:/${exportName}`);
  await server.machine.writeFile(`${folder}/dom_md/metadata`, formatMetadata(metadata));
  const images = `${folder}/images/${imageId}`;
  await run("truncate", ["--size=8M", `${folder}/dom_md/ids`, `${folder}/dom_md/leases`]);
  await run("truncate", ["--size=1M", ...volumeIds.map((id) => `${images}/${id}.lease`)]);
  await run("sanlock", ["direct", "init", "-s", `${domainId}:0:${folder}/dom_md/ids:0`]);
  await run("sanlock", ["direct", "init", "-r", `${domainId}:SDM:${folder}/dom_md/leases:${MiB}`]);
  for (const id of volumeIds) {
    await run("sanlock", ["direct", "init", "-r", `${domainId}:${id}:${images}/${id}.lease:0`]);
  }
  await run("chown", ["-R", "36:36", folder]);
}

const folder = `${folderOf(exportName)}/${domainId}`;

async function readMetadata(three: Centre["three"]): Promise<Map<string, string>> {
  const { stdout } = await three.server.machine.run("cat", [`${folder}/dom_md/metadata`]);
  return new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Sorted lines; the last one has the checksum of the others. */
function formatMetadata(metadata: ReadonlyMap<string, string>): string {
  const lines = [...metadata].filter(([key]) => key !== "_SHA_CKSUM").map(([key, value]) => `${key}=${value}`);
  lines.sort();
  const checksum = createHash("sha1").update(lines.join("")).digest("hex");
  return `${[...lines, `_SHA_CKSUM=${checksum}`].join("\n")}\n`;
}

/** The metadata of the domain, and checksums of all files of its images but for the leases. */
async function describe({ three }: Centre) {
  const { stdout: paths } = await three.server.machine.run("find", [`${folder}/images`, "-type", "f"]);
  const files = paths.split("\n").filter((path) => path !== "" && !path.endsWith(".lease"));
  const { stdout: sums } = await three.server.machine.run("sha256sum", files.sort(), { timeoutMs: 300_000 });
  return { metadata: await readMetadata(three), images: sums.trim().split("\n") };
}

function differentKeys(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys].filter((key) => one.get(key) !== other.get(key)).sort();
}
