import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AgentFault } from "@yagura/agent-protocol";
import type { HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { blankUuid, parseId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { type ThreeHosts, threeHosts } from "./background/spm/three-hosts.fixture.ts";
import { listDisks } from "./db/queries/disks.ts";
import { listEvents } from "./db/queries/events.ts";
import { listSteps } from "./db/queries/jobs.ts";
import { listLocks } from "./db/queries/locks.ts";
import { findStorageDomain, getStorageDomain, listStorageDomains } from "./db/queries/storage-domains.ts";
import { listTemplates } from "./db/queries/templates.ts";
import { blankTemplateId } from "./domain/template/template.ts";
import { done, until } from "./manager.fixture.ts";
import { attachDisk } from "./operations/disk-attachments/attach-disk.ts";
import { detachDisk } from "./operations/disk-attachments/detach-disk.ts";
import { createDisk } from "./operations/disks/create-disk.ts";
import { findUnregisteredDisks } from "./operations/disks/find-unregistered-disks.ts";
import { registerDisk } from "./operations/disks/register-disk.ts";
import { attachStorageDomain } from "./operations/storage-domains/attach-storage-domain.ts";
import {
  activateStorageDomain,
  deactivateStorageDomain,
  detachStorageDomain,
} from "./operations/storage-domains/change-storage-domain-use.ts";
import { createStorageDomain } from "./operations/storage-domains/create-storage-domain.ts";
import { destroyStorageDomain } from "./operations/storage-domains/destroy-storage-domain.ts";
import { importStorageDomain } from "./operations/storage-domains/import-storage-domain.ts";
import { removeStorageDomain } from "./operations/storage-domains/remove-storage-domain.ts";
import { createVm } from "./operations/vms/create-vm.ts";
import { startVm } from "./operations/vms/start-vm.ts";

const nas = (path: string) => ({ type: "nfs" as const, connection: { address: "nas.example", path } });

async function masterOf({ world, dataCenter, storage, read }: ThreeHosts) {
  const domains = await listStorageDomains(world.system.db, { dataCenterId: dataCenter.id });
  const pool = storage.pools.get(dataCenter.id);
  return {
    recorded: domains.filter(({ isMaster }) => isMaster).map(({ name }) => name),
    version: (await read()).masterVersion,
    onStorage: [pool?.masterId, pool?.masterVersion],
  };
}

describe("the master of a data center", () => {
  test("gives its role to another domain before it goes into maintenance, and every host is told", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const dataCenterId = world.dataCenter.id;
    const secondId = await world.addDomain("second");
    await done(deactivateStorageDomain(system, { domainId: world.domainId, dataCenterId }));
    assert.deepEqual(await masterOf(world), { recorded: ["second"], version: 2, onStorage: [secondId, 2] });
    assert.equal((await getStorageDomain(system.db, world.domainId)).status, "maintenance");
    for (const { calls, world: host } of world.hosts) {
      const told = calls.flatMap((call) => (call.verb === "StoragePool.connect" ? [call.params] : [])).at(-1);
      assert.deepEqual([told?.masterSdUUID, told?.masterVersion], [secondId, 2]);
      assert.ok(![...host.connections.values()].includes("nas.example:/export/data"), "nobody needs it any more");
    }
    assert.equal(await world.spm(), "one", "the SPM stays where it is");
    await done(detachStorageDomain(system, { domainId: world.domainId, dataCenterId }));
    assert.equal(world.storage.domains.get(world.domainId)?.poolId, undefined);
  });

  test("moves also when the SPM loses its power in the middle", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const secondId = await world.addDomain("second");
    const one = world.host("one");
    one.world.tasks.standStill();
    const started = await deactivateStorageDomain(system, {
      domainId: world.domainId,
      dataCenterId: world.dataCenter.id,
    });
    await until("the change to begin", async () => one.calls.some(({ verb }) => verb === "StoragePool.switchMaster"));
    await one.powerOff();
    assert.equal((await started.ended)?.outcome, "succeeded");
    assert.deepEqual(await masterOf(world), { recorded: ["second"], version: 2, onStorage: [secondId, 2] });
    assert.equal((await getStorageDomain(system.db, world.domainId)).status, "maintenance");
  });

  test("that no host reaches any more is replaced by its deactivation, and the data center works again", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const dataCenterId = world.dataCenter.id;
    const secondId = await world.addDomain("second");
    for (const { hostId } of world.hosts) world.storage.cut(hostId, world.domainId);
    await until("the loss to be seen", async () =>
      ["inactive", "unknown"].includes((await getStorageDomain(system.db, world.domainId)).status),
    );
    await done(deactivateStorageDomain(system, { domainId: world.domainId, dataCenterId }));
    assert.deepEqual(await masterOf(world), { recorded: ["second"], version: 2, onStorage: [secondId, 2] });
    await until("an SPM", async () => (await world.spm()) !== undefined);
    // Back again, it is a domain like any other.
    for (const { hostId } of world.hosts) world.storage.restore(hostId, world.domainId);
    await done(activateStorageDomain(system, { domainId: world.domainId, dataCenterId }));
  });

  test("takes the pool into maintenance when it is the last one, and brings it back with any host", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const ids = { domainId: world.domainId, dataCenterId: world.dataCenter.id };
    await done(deactivateStorageDomain(system, ids));
    assert.equal((await world.read()).status, "maintenance");
    assert.ok(world.hosts.every((host) => host.world.pool === undefined));
    await world.host("one").powerOff();
    await until("its loss to be seen", async () => (await world.statusOf("one")) !== "up");
    await done(activateStorageDomain(system, ids));
    await until("another SPM", async () => ["two", "three"].includes((await world.spm()) ?? ""));
    await done(deactivateStorageDomain(system, ids));
    await done(detachStorageDomain(system, ids));
    assert.deepEqual([...world.storage.pools.keys()], [], "the pool goes with its last domain");
    assert.equal((await world.read()).status, "uninitialized");
  });
});

describe("storage that cannot be used", () => {
  test("is refused with what is wrong, and leaves nothing behind", async () => {
    await using world = await threeHosts(["one"]);
    const { system } = world.world;
    const before = await listStorageDomains(system.db);
    const refusals = [
      [{ name: "a", ...nas("/missing") }, /cannot be mounted/],
      [{ name: "b", ...nas("/export/data") }, /has the domain data already/],
    ] as const;
    for (const [asked, expected] of refusals) {
      const outcome = await createStorageDomain(system, asked).then(
        async ({ ended }) => {
          const end = await ended;
          return end?.outcome === "succeeded" ? "" : (end?.error ?? "");
        },
        (error: unknown) => String(error),
      );
      assert.match(outcome, expected);
    }
    await assert.rejects(
      createStorageDomain(system, { name: "c", type: "posixfs", connection: { path: "/dev/sdb" } }),
      /VFS type/,
    );
    await assert.rejects(
      createStorageDomain(system, { name: "d", type: "nfs", connection: { path: "export" } }),
      /address of the NFS server.*path of the NFS export/,
    );
    await assert.rejects(
      createStorageDomain(system, {
        name: "e",
        type: "localfs",
        connection: { path: "/srv" },
        hostId: world.idOf("one"),
      }),
      /is shared, it has no local storage/,
    );
    assert.deepEqual(await listStorageDomains(system.db), before);
  });

  test("is told to hosts with all its mount settings", async () => {
    await using world = await threeHosts(["one"]);
    await done(
      createStorageDomain(world.world.system, {
        name: "tuned",
        type: "nfs",
        connection: {
          address: "nas.example",
          path: "/tuned/",
          nfsVersion: "v4_1",
          nfsTimeoutDeciseconds: 50,
          nfsRetransmissions: 2,
          mountOptions: "sec=sys",
        },
        hostId: world.idOf("one") as HostId,
      }),
    );
    const told = world
      .host("one")
      .calls.flatMap((call) => (call.verb === "StoragePool.connectStorageServer" ? call.params.connectionParams : []))
      .find(({ connection }) => connection === "nas.example:/tuned");
    const { id: _, ...parameters } = told ?? {};
    assert.deepEqual(parameters, {
      connection: "nas.example:/tuned",
      protocol_version: "4.1",
      timeout: 50,
      retrans: 2,
      mnt_options: "sec=sys",
    });
  });
});

describe("a domain that is there already", () => {
  const domainId = parseId<StorageDomainId>("75f8a1bb-4504-4314-91ca-d9365a30692b");
  const formerPool = "99999999-4504-4314-91ca-d9365a30692b";
  const diskId = "10000000-0000-4000-8000-000000000001";
  const templateDiskId = "10000000-0000-4000-8000-000000000002";
  const thinDiskId = "10000000-0000-4000-8000-000000000003";
  const volumeIdOf = (imageId: string) => imageId.replace("1", "4");

  /** As another engine left it: a disk, one of a template, and one that stands on that. */
  function leave({ storage }: ThreeHosts, poolId = formerPool, version = 4, type = 1): void {
    const volume = (imageId: string, name: string, parentId: string = blankUuid) => ({
      volumeId: volumeIdOf(imageId),
      imageId,
      capacityBytes: GiB,
      format: parentId === blankUuid ? ("RAW" as const) : ("COW" as const),
      allocation: "SPARSE" as const,
      parentId,
      uploadedBytes: 4096,
      content: Buffer.from(name),
      description: JSON.stringify({ DiskAlias: name, DiskDescription: "" }),
      legality: "LEGAL" as const,
      generation: 7,
      isShared: imageId === templateDiskId,
    });
    const images = [
      volume(diskId, "old_Disk1"),
      volume(templateDiskId, "golden"),
      volume(thinDiskId, "thin", volumeIdOf(templateDiskId)),
    ];
    storage.domains.set(domainId, {
      domainId,
      name: "old-data",
      type,
      domainClass: 1,
      version,
      path: "nas.example:/export/old",
      poolId: poolId === "none" ? undefined : poolId,
      isMaster: poolId !== "none",
      isActive: false,
      images: new Map(images.map((each) => [each.imageId, new Map([[each.volumeId, each]])])),
    });
  }

  test("is imported as it is, attached when that is confirmed, its disks registered, used and let go", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    leave(world);
    const { system } = world.world;
    const content = () =>
      [...(world.storage.domains.get(domainId)?.images.values() ?? [])].flatMap((image) =>
        [...image.values()].map((volume) => [volume.content.toString(), volume.generation, volume.description]),
      );
    const before = content();
    const imported = await importStorageDomain(system, nas("/export/old"));
    assert.deepEqual(
      [imported.id, imported.name, imported.formatVersion, imported.status],
      [domainId, "old-data", 4, "unattached"],
    );
    assert.equal(world.storage.domains.get(domainId)?.poolId, formerPool, "nothing was written");

    const ids = { domainId, dataCenterId: world.dataCenter.id };
    const refused = await (await attachStorageDomain(system, ids)).ended;
    const reason = refused?.outcome === "failed" ? refused.error : "";
    assert.match(reason, new RegExp(`${formerPool}.*force=true`));
    assert.equal((await getStorageDomain(system.db, domainId)).status, "unattached");
    await done(attachStorageDomain(system, { ...ids, takesOver: true }));

    const found = await findUnregisteredDisks(system, domainId);
    assert.deepEqual(
      found.map(({ disk, isOfTemplate }) => [disk.name, isOfTemplate]),
      [
        ["golden", true],
        ["old_Disk1", false],
        ["thin", false],
      ],
    );
    const place = { storageDomainId: domainId };
    await assert.rejects(registerDisk(system, { ...place, diskId: parseId(thinDiskId) }), /register that one first/);
    await registerDisk(system, { ...place, diskId: parseId(templateDiskId) });
    await registerDisk(system, { ...place, diskId: parseId(thinDiskId) });
    const disk = await registerDisk(system, { ...place, diskId: parseId(diskId) });
    await assert.rejects(registerDisk(system, { ...place, diskId: parseId(diskId) }), /registered already/);
    assert.deepEqual(await findUnregisteredDisks(system, domainId), []);
    assert.ok((await listTemplates(system.db)).some(({ name }) => name === "golden"));

    const { vm } = await done(
      createVm(system, { name: "demo", clusterId: world.cluster.id, templateId: blankTemplateId }),
    );
    await attachDisk(system, { vmId: vm.id, diskId: disk.id, interface: "virtio", isBootable: true });
    await done(startVm(system, { vmId: vm.id }));
    await assert.rejects(deactivateStorageDomain(system, ids), /VM demo runs with a disk on it/);
    const host = world.hosts.find(({ vms }) => vms.length > 0);
    host?.shutDownFromInside(vm.id);
    await until("the guest to be down", async () => {
      const attempt = await deactivateStorageDomain(system, ids).catch(() => undefined);
      return (await attempt?.ended)?.outcome === "succeeded";
    });
    await assert.rejects(detachStorageDomain(system, ids), /VM demo has a disk on it/);
    await detachDisk(system, { vmId: vm.id, diskId: disk.id });
    await assert.rejects(detachStorageDomain(system, ids), /Template golden has a disk on it/);
    assert.deepEqual(content(), before, "the disks are what they were, to the last byte");
  });

  test("begins a data center that has none when it is taken over, as the only domain of an engine that is gone does", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    leave(world);
    const { system } = world.world;
    const own = { domainId: world.domainId, dataCenterId: world.dataCenter.id };
    await done(deactivateStorageDomain(system, own));
    await done(detachStorageDomain(system, own));
    await importStorageDomain(system, nas("/export/old"));
    const ids = { domainId, dataCenterId: world.dataCenter.id };
    const refused = await (await attachStorageDomain(system, ids)).ended;
    assert.match(refused?.outcome === "failed" ? refused.error : "", /force=true/);
    assert.deepEqual(
      [world.storage.domains.get(domainId)?.poolId, (await world.read()).status],
      [formerPool, "uninitialized"],
    );
    await done(attachStorageDomain(system, { ...ids, takesOver: true }));
    assert.deepEqual(await masterOf(world), { recorded: ["old-data"], version: 1, onStorage: [domainId, 1] });
    assert.equal((await world.read()).status, "up");
    assert.equal((await findUnregisteredDisks(system, domainId)).length, 3);
    await until("an SPM", async () => (await world.spm()) !== undefined);
  });

  test("is refused where there is none, or a name is taken, and the host keeps nothing of it", async () => {
    await using world = await threeHosts(["one"]);
    leave(world, "none", 2);
    const { system } = world.world;
    await assert.rejects(importStorageDomain(system, nas("/export/nothing")), /no Storage Domain at nas.example/);
    await assert.rejects(importStorageDomain(system, nas("/missing")), /cannot be mounted/);
    await assert.rejects(importStorageDomain(system, nas("/export/old")), /of version 2/);
    leave(world, "none", 5, 4);
    await assert.rejects(
      importStorageDomain(system, nas("/export/old")),
      /At nas.example:\/export\/old is the Storage Domain old-data .* of the type localfs, not nfs/,
    );
    leave(world, "none", 5);
    await assert.rejects(
      importStorageDomain(system, { ...nas("/export/old"), name: "data" }),
      /name is already in use/,
    );
    const connected = [...world.host("one").world.connections.values()];
    assert.deepEqual(connected, ["nas.example:/export/data"]);
    assert.equal(await findStorageDomain(system.db, domainId), undefined);
  });

  test("is destroyed in the Manager alone: its storage stays what it is, and can be imported again", async () => {
    await using world = await threeHosts(["one"]);
    leave(world, "none", 5);
    const { system } = world.world;
    await importStorageDomain(system, nas("/export/old"));
    const ids = { domainId, dataCenterId: world.dataCenter.id };
    await done(attachStorageDomain(system, ids));
    await registerDisk(system, { storageDomainId: domainId, diskId: parseId(diskId) });
    await assert.rejects(destroyStorageDomain(system, domainId), /is active; put it into maintenance first/);
    await done(deactivateStorageDomain(system, ids));
    await destroyStorageDomain(system, domainId);
    assert.deepEqual([await findStorageDomain(system.db, domainId), await listDisks(system.db)], [undefined, []]);
    assert.equal(world.storage.domains.get(domainId)?.poolId, world.dataCenter.id);
    await importStorageDomain(system, nas("/export/old"));
    await done(attachStorageDomain(system, ids));
    assert.equal((await findUnregisteredDisks(system, domainId)).length, 3);
  });
});

describe("a domain that was destroyed here while no host reached it", () => {
  test("is attached again, though it says that it belongs here already", async () => {
    await using world = await threeHosts(["one"]);
    const { system } = world.world;
    const dataCenterId = world.dataCenter.id;
    const one = world.host("one");
    const domainId = await world.addDomain("second");
    const isListed = () => one.world.pool?.domainIds.has(domainId) === true;
    one.cutStorage(domainId);
    await until("the loss to be seen", async () => (await getStorageDomain(system.db, domainId)).status === "inactive");
    await destroyStorageDomain(system, domainId);
    await until("the host to be told", async () => !isListed());
    one.restoreStorage(domainId);
    const connection = { address: "nas.example", path: "/export/second" };
    await importStorageDomain(system, { name: "again", type: "nfs", connection, hostId: world.idOf("one") });
    await done(attachStorageDomain(system, { domainId, dataCenterId }));
    assert.equal((await getStorageDomain(system.db, domainId)).status, "active");
    assert.ok(isListed());
    await done(deactivateStorageDomain(system, { domainId, dataCenterId }));
    await done(detachStorageDomain(system, { domainId, dataCenterId }));
    assert.equal(world.storage.domains.get(domainId)?.poolId, undefined);
  });
});

describe("when a host dies at a storage domain that is in no data center", () => {
  test("another one wipes it", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const [one, three] = [world.host("one"), world.host("three")];
    const place = { name: "spare", ...nas("/export/spare"), hostId: world.idOf("three") };
    const { domain } = await done(createStorageDomain(system, place));
    await three.powerOff();
    await done(removeStorageDomain(system, { domainId: domain.id, formats: true, hostId: world.idOf("three") }));
    assert.equal(world.storage.domains.has(domain.id), false);
    assert.equal(await findStorageDomain(system.db, domain.id), undefined);
    assert.ok(![...one.world.connections.values()].includes("nas.example:/export/spare"));
  });
});

describe("a domain that is away for a while", () => {
  test("is waited for by what has to be undone on it, and nothing is left there", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const secondId = await world.addDomain("second");
    const [one] = world.hosts;
    one?.failNext("Volume.create", new AgentFault("StorageDomainDoesNotExist"));
    one?.failNext("Image.delete", new AgentFault("StorageDomainDoesNotExist"), 3);
    const started = await createDisk(system, {
      name: "d",
      storageDomainId: secondId,
      capacityBytes: GiB,
      format: "cow",
      isSparse: true,
    });
    assert.equal((await started.ended)?.outcome, "failed");
    assert.ok(
      (await listEvents(system.db, {}, 100)).every(({ code }) => code !== 1_000_001),
      "nobody need look",
    );
    assert.deepEqual([await listDisks(system.db), await listLocks(system.db, [`disk:${started.disk.id}`])], [[], []]);
  });
});

/** So often a saga tries to undo a step before it is stuck. */
const UNDO_ATTEMPTS = 5;

describe("a domain that is lost for good", () => {
  test("goes into maintenance when what was done on it is given up, and that is undone when it is used again", async () => {
    await using world = await threeHosts(["one"]);
    const { system } = world.world;
    const one = world.host("one");
    const secondId = await world.addDomain("second");
    const ids = { domainId: secondId, dataCenterId: world.dataCenter.id };
    one.failNext("Volume.create", new AgentFault("VolumeCreationError"));
    one.failNext("Image.delete", new AgentFault("ImageDeleteError"), UNDO_ATTEMPTS);
    const started = await createDisk(system, {
      name: "d",
      storageDomainId: secondId,
      capacityBytes: GiB,
      format: "cow",
      isSparse: true,
    });
    assert.equal((await started.ended)?.outcome, "stuck");
    await assert.rejects(deactivateStorageDomain(system, ids), /Disk is locked: d\.$/);
    one.cutStorage(secondId);
    await until("the loss to be seen", async () => (await getStorageDomain(system.db, secondId)).status === "inactive");
    await done(deactivateStorageDomain(system, ids));
    assert.equal((await getStorageDomain(system.db, secondId)).status, "maintenance");
    one.restoreStorage(secondId);
    await done(activateStorageDomain(system, ids));
    system.sagas.hurryStuck();
    const lock = `disk:${started.disk.id}`;
    await until("the disk's lock to be free", async () => (await listLocks(system.db, [lock])).length === 0);
    assert.deepEqual(await listDisks(system.db), []);
  });

  test("is destroyed with the disk whose creation can neither be done nor undone on it, and nothing stays locked", async () => {
    await using world = await threeHosts();
    await world.untilSpm("one");
    const { system } = world.world;
    const secondId = await world.addDomain("second");
    world.host("one").world.tasks.standStill();
    const started = await createDisk(system, {
      name: "d",
      storageDomainId: secondId,
      capacityBytes: GiB,
      format: "cow",
      isSparse: true,
    });
    await until("the volume to be asked for", async () =>
      world.host("one").calls.some(({ verb }) => verb === "Volume.create"),
    );
    for (const { hostId } of world.hosts) world.storage.cut(hostId, secondId);
    await world.host("one").powerOff();
    await until("the job to say what it waits for", async () =>
      (await listSteps(system.db, started.jobId)).some(({ description }) =>
        description.startsWith("Waiting for storage domain second"),
      ),
    );
    await until("the loss to be seen", async () =>
      ["inactive", "unknown"].includes((await getStorageDomain(system.db, secondId)).status),
    );
    await assert.rejects(
      deactivateStorageDomain(system, { domainId: secondId, dataCenterId: world.dataCenter.id }),
      /Disk is locked: d\. What is being done with it waits for the Storage Domain, and is given up after some ten minutes/,
    );
    await destroyStorageDomain(system, secondId);
    assert.equal((await started.ended)?.outcome, "failed");
    await until(
      "the disk's lock to be free",
      async () => (await listLocks(system.db, [`disk:${started.disk.id}`])).length === 0,
    );
    assert.deepEqual(await listDisks(system.db), []);
  });
});
