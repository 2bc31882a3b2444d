// Storage domains on real NFS between three real hosts: what is done with them, what is refused, and what dies alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { demoGuestCache } from "@yagura/lab/cache-directory.ts";
import { buildDemoDisk } from "@yagura/lab/demo-guest/build-demo-disk.ts";
import type { StorageHost } from "@yagura/lab/three-hosts-nfs/storage-host.ts";
import { addNfsDomain, clusterName } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { folderOf } from "@yagura/lab/uml/nfs.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { addGuest, untilAgentSpeaks, untilVmIs } from "../guests.ts";
import { type Centre, explained } from "../three-hosts/centre.ts";
import { checkStorage } from "../three-hosts/check-storage.ts";
import { addDisk } from "../three-hosts/disks.ts";
import { endOfJob } from "../three-hosts/end-of-job.ts";
import { readGuestChecksum, untilGuestAnswers, writeGuestPattern } from "../three-hosts/guest-pattern.ts";
import { operations, small } from "../three-hosts/operations.ts";

const patternFile = "/data/pattern";

/** Defines the tests. */
export function testNfsDomains(getCentre: () => Centre): void {
  test("a domain is oVirt's V5, and all its files belong to 36:36", async () => {
    const { three, domains } = getCentre();
    for (const { exportName, id } of domains) {
      const folder = `${folderOf(exportName)}/${id}`;
      const metadata = (await three.server.machine.run("cat", [`${folder}/dom_md/metadata`])).stdout;
      for (const line of [`SDUUID=${id}`, "VERSION=5", "TYPE=NFS", "CLASS=Data", "IOOPTIMEOUTSEC=10"]) {
        assert.match(metadata, new RegExp(`^${line}$`, "m"));
      }
      const owners = (await three.server.machine.run("find", [folder, "-printf", "%u:%g\n"])).stdout;
      assert.deepEqual([...new Set(owners.trim().split("\n"))], ["36:36"]);
    }
  });

  test("volumes are created, copied, moved, extended and deleted side by side, as the Manager says", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const prepared = await Promise.all(
        operations.map(async (operation) => ({
          ready: await operation.prepare(centre, `${operation.name}-1`, small),
          correlationId: crypto.randomUUID(),
        })),
      );
      await Promise.all(prepared.map(({ ready, correlationId }) => ready.begin(correlationId)));
      for (const { ready, correlationId } of prepared) {
        assert.equal(await endOfJob(centre, correlationId), "done");
        await ready.verify("done");
      }
      await checkStorage(centre);
    }));

  let guest: { readonly vmId: string; readonly host: StorageHost; readonly written: string } | undefined;

  test("a guest runs on a shared disk, and keeps what it wrote while its agent is killed", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const { three } = centre;
      const { client, ca } = three.manager;
      const diskFile = await buildDemoDisk({ cacheDirectory: demoGuestCache() });
      const where = { cluster: clusterName, storageDomain: "data" };
      const vmId = await addGuest(client, { name: "guest", ...where, memoryBytes: 192 * MiB, diskFile, ca });
      await client.vms.action(vmId, "start");
      const vm = await untilAgentSpeaks(client, vmId, { needsAddress: false });
      const host = three.hosts.find(({ id }) => id === vm.host?.id);
      assert.ok(host !== undefined);
      const written = await writeGuestPattern(host, vmId, patternFile);
      await host.killAgent();
      assert.equal(await readGuestChecksum(host, vmId, patternFile), written);
      guest = { vmId, host, written };
    }));

  test("it keeps what it wrote while the storage restarts", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      assert.ok(guest !== undefined, "there is no guest");
      const { three } = centre;
      const { client } = three.manager;
      const { vmId, host, written } = guest;
      await three.server.bootAgain();
      await untilGuestAnswers(host, vmId);
      assert.equal(await readGuestChecksum(host, vmId, patternFile), written);
      await untilVmIs(client, vmId, "up");
      await client.vms.action(vmId, "stop");
      await untilVmIs(client, vmId, "down");
      await client.vms.remove(vmId);
      await checkStorage(centre);
    }));

  test("an export that makes root nobody serves as well as another one", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const { three } = centre;
      await three.server.add("squash", { squashesRoot: true });
      const id = await addNfsDomain(three, "squash");
      const on = { id, exportName: "squash" };
      const diskId = await addDisk(centre, { name: "squashed", on, bytes: 64 * MiB });
      assert.equal((await three.manager.client.disks.get(diskId)).status, "ok");
    }));

  // Version 3 knows no root of all exports: there the path is the server's own.
  for (const [version, options, path] of [
    ["v3", "vers=3", "/srv/old"],
    ["v4_0", "vers=4.0", "/old"],
    ["v4_1", "vers=4.1", "/old"],
  ] as const) {
    test(`a domain is made and removed by NFS ${version}`, () =>
      explained(getCentre().three, async () => {
        const { server, hosts, manager } = getCentre().three;
        await server.add("old");
        const { address } = server.machine;
        const domains = manager.client.storage_domains;
        const storage = { type: "nfs", address, path, nfs_version: version } as const;
        const { id = "" } = await domains.add({ name: version, type: "data", host: { name: "one" }, storage });
        const mounted = await hosts[0]?.machine.run("findmnt", ["-rn", "-o", "OPTIONS", "-S", `${address}:${path}`]);
        assert.ok(mounted?.stdout.includes(`,${options},`), mounted?.stdout);
        await domains.remove(id, { host: "one", format: true });
        const isGone = async (): Promise<boolean> => !(await domains.list()).some((domain) => domain.id === id);
        await poll("the domain to be gone", isGone, { timeoutMs: 60_000 });
      }));
  }
}
