// What the storage of a data centre is built on, between hosts with kernels of their own: NFS, LVM on a shared LUN, and
// sanlock's leases on both.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { GiB, MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { createLab, type Lab } from "../namespace-host.ts";
import { createDiskFile } from "./disk-file.ts";
import { lvmPrograms, prepareLvm } from "./lvm.ts";
import { exportFolder, mountNfs, nfsPrograms, serveNfs } from "./nfs.ts";
import {
  canTakeResource,
  initLockspace,
  initResource,
  joinLockspace,
  type Lockspace,
  type Resource,
  sanlockPrograms,
  startSanlock,
  takeResource,
} from "./sanlock.ts";
import { diskDevice, startUmlHost, type UmlHost } from "./uml-host.ts";
import { whyNoUml } from "./uml-support.ts";

const skip = await whyNoUml({ ...nfsPrograms, ...lvmPrograms, ...sanlockPrograms });
const ioTimeoutSeconds = 2;
const leaseSeconds = 8 * ioTimeoutSeconds + 60;
const domain = "/rhev/domain";

suite("shared storage between hosts", { skip }, () => {
  const resources = new AsyncDisposableStack();
  let lab: Lab;
  let server: UmlHost;
  let one: UmlHost;
  let two: UmlHost;

  before(async () => {
    const directory = resources.use(await temporaryDirectory());
    const [lun, exported] = [join(directory.path, "lun"), join(directory.path, "exported")];
    await createDiskFile(lun, GiB);
    await createDiskFile(exported, GiB);
    lab = resources.use(await createLab("ysto", 0));
    const memoryMiB = 384;
    const disks = [{ path: lun, isShared: true }];
    server = resources.use(await startUmlHost({ lab, number: 1, memoryMiB, disks: [{ path: exported }] }));
    one = resources.use(await startUmlHost({ lab, number: 2, memoryMiB, disks }));
    two = resources.use(await startUmlHost({ lab, number: 3, memoryMiB, disks }));
  });
  after(() => resources.disposeAsync());

  test("what one host writes to NFS another reads, with VDSM's mount options", async () => {
    await serveNfs(server, diskDevice(0));
    const remote = await exportFolder(server, "domain");
    for (const host of [one, two]) await mountNfs(host, remote, domain);
    await one.run("dd", ["if=/dev/urandom", `of=${domain}/disk`, "bs=1M", "count=16", "oflag=direct"]);
    const sum = async (host: UmlHost): Promise<string> => (await host.run("sha1sum", [`${domain}/disk`])).stdout;
    assert.equal(await sum(two), await sum(one));
    assert.equal((await two.run("stat", ["-c", "%u:%g", domain])).stdout, "36:36\n");
    const mounted = (await two.run("findmnt", ["-n", "-o", "FSTYPE,OPTIONS", domain])).stdout;
    assert.match(mounted, /^nfs4 .*vers=4\.2,.*soft,nosharecache,.*timeo=100,retrans=3/);
  });

  test("a volume group on a LUN is the same for all its hosts, and grows for them", async () => {
    for (const host of [one, two]) await prepareLvm(host);
    await one.run("pvcreate", ["-q", diskDevice(0)]);
    await one.run("vgcreate", ["-q", "domain", diskDevice(0)]);
    await one.run("lvcreate", ["-q", "-an", "-Zn", "-L", "16m", "-n", "volume", "domain"]);
    await two.run("lvchange", ["-ay", "domain/volume"]);
    await two.run("dd", ["if=/dev/zero", "of=/dev/domain/volume", "bs=1M", "count=16", "oflag=direct"]);
    await one.run("lvextend", ["-q", "-L", "64m", "domain/volume"]);
    const bytes = async (): Promise<number> =>
      Number((await two.run("blockdev", ["--getsize64", "/dev/domain/volume"])).stdout);
    assert.equal(await bytes(), 16 * MiB);
    await two.run("lvchange", ["--refresh", "domain/volume"]);
    assert.equal(await bytes(), 64 * MiB);
  });

  test("of two hosts in a lockspace on NFS one has the lease, and the other is refused", async () => {
    for (const host of [one, two]) await startSanlock(host);
    const lockspace = { name: "nfs", path: `${domain}/ids`, ioTimeoutSeconds };
    const lease = { lockspace, name: "SDM", path: `${domain}/leases`, offset: MiB };
    for (const { path } of [lockspace, lease]) await one.run("truncate", ["--size", "8M", path]);
    await joinBoth(lockspace, lease);
    assert.equal(await takeResource(one, lease), true);
    assert.equal(await takeResource(two, lease), false);
  });

  test(`after a power cut the lease of a LUN goes to another host, ${leaseSeconds} s later and no sooner`, async () => {
    for (const name of ["ids", "leases"]) {
      await one.run("lvcreate", ["-q", "-an", "-Zn", "-L", "8m", "-n", name, "domain"]);
      for (const host of [one, two]) await host.run("lvchange", ["-ay", `domain/${name}`]);
    }
    const lockspace = { name: "lun", path: "/dev/domain/ids", ioTimeoutSeconds };
    const lease = { lockspace, name: "SDM", path: "/dev/domain/leases", offset: MiB };
    await joinBoth(lockspace, lease);
    assert.equal(await takeResource(one, lease), true);
    assert.equal(await canTakeResource(two, lease), false);

    const cutAt = performance.now();
    await one.powerCut();
    await poll("the lease", () => canTakeResource(two, lease), { timeoutMs: 180_000, everyMs: 500 });
    const seconds = (performance.now() - cutAt) / 1000;
    // The lease counts from the last renewal, which was up to 2 x io_timeout before the cut; it is looked at in steps.
    const earliest = leaseSeconds - 2 * ioTimeoutSeconds - 1;
    assert.ok(seconds > earliest && seconds < leaseSeconds + 40, `it took ${seconds} s`);
  });

  async function joinBoth(lockspace: Lockspace, lease: Resource): Promise<void> {
    await initLockspace(one, lockspace);
    await initResource(one, lease);
    await Promise.all([one, two].map((host, index) => joinLockspace(host, index + 1, lockspace)));
  }
});
