import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type AgentCalls,
  type AgentClient,
  type AgentErrorName,
  AgentFault,
  agentErrors,
  type VmStatus,
} from "@yagura/agent-protocol";
import { blankUuid } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";

/** One host agent, real or simulated, with the means that the contract needs. */
export interface ContractPeer extends AsyncDisposable {
  /** Connected as a Manager. */
  readonly client: AgentClient;
  /** A guest that this agent can start: the domain XML as the Manager writes it, without disks of the pool. */
  guestXml(vmId: string): string | Promise<string>;
  /** How long the guest may take to run. */
  readonly guestTimeoutMs: number;
  /** An empty directory of the agent's host for a storage domain; without it the storage part is left out. */
  readonly storagePath?: string | undefined;
  /** How long a storage task may take. */
  readonly taskTimeoutMs?: number | undefined;
  /** Sends the content of a volume to the agent's port by HTTP PUT; resolves with the Task-Id. */
  readonly upload?: ((ids: VolumeIds, body: Uint8Array) => Promise<string>) | undefined;
  /** The same agent, connected as another host. */
  readonly connectAsHost?: (() => Promise<AgentClient>) | undefined;
}

export interface VolumeIds {
  readonly storagepoolID: string;
  readonly storagedomainID: string;
  readonly imageID: string;
  readonly volumeID: string;
}

export interface ContractOptions {
  /** Why it cannot run here. */
  readonly skip?: string | undefined;
}

/** Registers what every host agent keeps to, the real one and the stand-in: if one of the two fails, that one is wrong. */
export function agentContract(
  name: string,
  makePeer: () => Promise<ContractPeer>,
  { skip }: ContractOptions = {},
): void {
  describe(`the agent's contract: ${name}`, skip === undefined ? {} : { skip }, () => {
    let peer: ContractPeer | undefined;
    const getPeer = (): ContractPeer => peer ?? assert.fail("the peer has not started");
    before(async () => {
      peer = await makePeer();
    });
    after(async () => {
      await peer?.[Symbol.asyncDispose]();
    });
    hostContract(getPeer);
    guestContract(getPeer);
    storageContract(getPeer);
    peerHostContract(getPeer);
  });
}

function refuses(...names: readonly AgentErrorName[]) {
  const codes: readonly number[] = names.map((name) => agentErrors[name].code);
  return (error: unknown): boolean => {
    assert.ok(error instanceof AgentFault, `expected an AgentFault, not ${error}`);
    assert.ok(codes.includes(error.code), `expected ${names.join(" or ")}, not ${error.code} ${error.message}`);
    return true;
  };
}

function hostContract(getPeer: () => ContractPeer): void {
  test("it answers ping and ping2", async () => {
    const { call } = getPeer().client;
    await Promise.all([call.Host.ping(), call.Host.ping2()]);
  });

  test("its capabilities say who it is and what a Manager must know to use it", async () => {
    const { call } = getPeer().client;
    const capabilities = await call.Host.getCapabilities();
    assert.match(capabilities.uuid, /^[0-9a-fA-F-]{36}$/);
    assert.ok(capabilities.clusterLevels.length > 0, "it has cluster levels");
    assert.ok(capabilities.emulatedMachines.length > 0, "it has machines");
    assert.ok(Number(capabilities.memSize) > 0 && Number(capabilities.cpuThreads) > 0, "it has memory and processors");
    assert.ok("ovirtmgmt" in capabilities.networks, "it has the management network");
    assert.match(capabilities.cpuFlags, /model_/);
    await call.Host.getHardwareInfo();
  });

  test("its statistics are plausible", async () => {
    const stats = await getPeer().client.call.Host.getStats();
    assert.ok(stats.memFree > 0, "it has free memory");
    assert.ok(Number(stats.memUsed) >= 0 && Number(stats.memUsed) <= 100, "memory use is a percentage");
    assert.ok(Number(stats.cpuIdle) >= 0 && Number(stats.cpuIdle) <= 100, "idle time is a percentage");
  });

  test("it names the parameter that is wrong", async () => {
    const { call } = getPeer().client;
    await assert.rejects(call.VM.destroy({ vmID: "no uuid" }), (error) => {
      refuses("JsonRpcInvalidParams")(error);
      assert.match(String(error), /vmID/);
      return true;
    });
  });

  test("it knows no guest and no task that nobody made", async () => {
    const { call } = getPeer().client;
    const vmID = crypto.randomUUID();
    for (const attempt of [
      call.VM.getStats,
      call.VM.pause,
      call.VM.cont,
      call.VM.shutdown,
      call.VM.reset,
      call.VM.destroy,
    ]) {
      await assert.rejects(attempt({ vmID }), refuses("NoSuchVM"));
    }
    await assert.rejects(call.Task.getStatus({ taskID: crypto.randomUUID() }), refuses("UnknownTask"));
  });
}

function guestContract(getPeer: () => ContractPeer): void {
  test("a guest is created, runs, pauses, goes on and is destroyed, and its changes are announced", async () => {
    const { client, guestXml, guestTimeoutMs } = getPeer();
    const { call } = client;
    const vmID = crypto.randomUUID();
    using events = client.events();
    await call.Host.ping2();
    const announced = new Set<VmStatus>();
    const listening = (async () => {
      for await (const { event } of events) {
        const details = event.event === "VM_status" ? event.params[vmID] : undefined;
        if (details !== undefined) announced.add(details.status);
      }
    })();
    const vmParams = { vmId: vmID, xml: await guestXml(vmID) };
    const status = async (): Promise<VmStatus | undefined> => (await call.VM.getStats({ vmID }))[0]?.status;
    const until = (wanted: readonly VmStatus[]) =>
      poll(`the guest to be ${wanted.join(" or ")}`, async () => wanted.includes((await status()) ?? "Down"), {
        timeoutMs: guestTimeoutMs,
      });

    const created = await call.VM.create({ vmID, vmParams });
    assert.equal(created.vmId, vmID);
    await assert.rejects(call.VM.create({ vmID, vmParams }), refuses("VMExists"));
    await until(["Powering up", "Up"]);
    assert.ok((await call.Host.getVMList({ onlyUUID: true })).includes(vmID), "it is in the list of guests");
    const everything = await call.Host.getAllVmStats();
    const stats = everything.find(({ vmId }) => vmId === vmID);
    assert.ok(
      stats !== undefined && "hash" in stats,
      "it is in the statistics of all guests, with a hash of its devices",
    );
    const xmls = await call.Host.dumpxmls({ vmList: [vmID] });
    assert.match(xmls[vmID] ?? "", new RegExp(vmID));
    assert.ok((await call.Host.getStats()).vmActive >= 1, "it is counted");

    await call.VM.pause({ vmID });
    await until(["Paused"]);
    await call.VM.cont({ vmID });
    await until(["Up", "Powering up"]);
    await call.VM.destroy({ vmID });
    await assert.rejects(call.VM.getStats({ vmID }), refuses("NoSuchVM"));
    await assert.rejects(call.VM.destroy({ vmID }), refuses("NoSuchVM"));
    assert.ok(!(await call.Host.getVMList({ onlyUUID: true })).includes(vmID), "it is gone from the list");
    await poll("its changes to be announced", () => announced.has("Paused"), { timeoutMs: 5000 });
    events[Symbol.dispose]();
    await listening;
  });

  test("a guest that cannot be understood is refused, and nothing of it stays", async () => {
    const { call } = getPeer().client;
    const vmID = crypto.randomUUID();
    await assert.rejects(call.VM.create({ vmID, vmParams: { vmId: vmID, xml: "<domain><name>" } }), AgentFault);
    await assert.rejects(call.VM.getStats({ vmID }), refuses("NoSuchVM"));
  });
}

/** The order of the Manager, from an empty directory to a volume and back. */
function storageContract(getPeer: () => ContractPeer): void {
  test("storage is made, used and taken apart in the order of the Manager", async (context) => {
    const { client, storagePath, upload, taskTimeoutMs = 60_000 } = getPeer();
    if (storagePath === undefined) return context.skip("this peer has no directory for storage");
    const { call } = client;
    const [storagepoolID, storagedomainID, imageID, volumeID] = [newUuid(), newUuid(), newUuid(), newUuid()];
    const ids: VolumeIds = { storagepoolID, storagedomainID, imageID, volumeID };
    const master = { masterSdUUID: storagedomainID, masterVersion: 1 };
    const server = {
      storagepoolID: blankUuid,
      domainType: 4,
      connectionParams: [{ id: newUuid(), connection: storagePath }],
    } as const;
    const finish = async (taskID: string): Promise<void> => {
      await poll("the task to end", async () => (await call.Task.getStatus({ taskID })).taskState === "finished", {
        timeoutMs: taskTimeoutMs,
      });
      const { code, message } = await call.Task.getStatus({ taskID });
      assert.equal(code, 0, message);
      await call.Task.clear({ taskID });
      await assert.rejects(call.Task.getStatus({ taskID }), refuses("UnknownTask"));
    };

    await assert.rejects(call.StorageDomain.getInfo({ storagedomainID }), refuses("StorageDomainDoesNotExist"));
    assert.equal((await call.StoragePool.connectStorageServer(server))[0]?.status, 0);
    const domain = {
      storagedomainID,
      domainType: 4,
      typeArgs: storagePath,
      name: "contract",
      domainClass: 1,
      version: 5,
    } as const;
    await call.StorageDomain.create(domain);
    await assert.rejects(call.StorageDomain.create(domain), refuses("StorageDomainAlreadyExists"));
    assert.deepEqual((await call.StorageDomain.getInfo({ storagedomainID })).pool, []);
    await call.StoragePool.create({
      storagepoolID,
      name: "contract",
      ...master,
      domainList: [storagedomainID],
      lockRenewalIntervalSec: 5,
      leaseTimeSec: 60,
      ioOpTimeoutSec: 10,
      leaseRetries: 3,
    });
    const info = await call.StorageDomain.getInfo({ storagedomainID });
    assert.deepEqual([info.pool, info.role, info.version], [[storagepoolID], "Master", 5]);
    await assert.rejects(
      call.StoragePool.getSpmStatus({ storagepoolID }),
      refuses("StoragePoolUnknown", "StoragePoolNotConnected"),
    );
    await call.StoragePool.connect({
      storagepoolID,
      hostID: 1,
      scsiKey: storagepoolID,
      ...master,
      domainDict: { [storagedomainID]: "active" },
    });

    const volume = {
      ...ids,
      size: String(64 * 1024 * 1024),
      volFormat: 4,
      preallocate: 2,
      diskType: "DATA",
      desc: "",
      srcImgUUID: blankUuid,
      srcVolUUID: blankUuid,
    } as const;
    await assert.rejects(call.Volume.create(volume), refuses("NotSPM"));
    await finish(
      await call.StoragePool.spmStart({
        storagepoolID,
        prevID: -1,
        prevLver: "-1",
        enableScsiFencing: "false",
        maxHostID: 250,
        domVersion: "5",
      }),
    );
    await spmContract(call, { storagepoolID, storagedomainID, finish });
    assert.ok(Number((await call.StorageDomain.getStats({ storagedomainID })).diskfree) > 0, "the domain has space");

    await assert.rejects(
      call.Volume.getInfo(ids),
      refuses("VolumeDoesNotExist", "ImageDoesNotExistInSD", "ImagePathError"),
    );
    await finish(await call.Volume.create(volume));
    const made = await call.Volume.getInfo(ids);
    assert.deepEqual(
      [made.capacity, made.format, made.voltype, made.legality, made.parent],
      [volume.size, "COW", "LEAF", "LEGAL", blankUuid],
    );
    assert.deepEqual(await call.StorageDomain.getImages({ storagedomainID }), [imageID]);
    if (upload !== undefined) await finish(await upload(ids, qcow2Header()));
    assert.match((await call.Image.prepare(ids)).path, new RegExp(volumeID));
    await call.Image.teardown(ids);
    await finish(await call.Image.delete({ ...ids, postZero: false, force: false }));
    await assert.rejects(
      call.Volume.getInfo(ids),
      refuses("VolumeDoesNotExist", "ImageDoesNotExistInSD", "ImagePathError"),
    );

    await call.StoragePool.destroy({ storagepoolID, hostID: 1, scsiKey: storagepoolID });
    await call.StorageDomain.format({ storagedomainID, autoDetach: false });
    await assert.rejects(call.StorageDomain.getInfo({ storagedomainID }), refuses("StorageDomainDoesNotExist"));
    assert.equal((await call.StoragePool.disconnectStorageServer(server))[0]?.status, 0);
  });
}

interface SpmContract {
  readonly storagepoolID: string;
  readonly storagedomainID: string;
  readonly finish: (taskID: string) => Promise<void>;
}

/** The role of the SPM, which this peer has: its epoch, giving it up, taking it again. Ends with the domain in use. */
async function spmContract(call: AgentCalls, { storagepoolID, storagedomainID, finish }: SpmContract): Promise<void> {
  const status = () => call.StoragePool.getSpmStatus({ storagepoolID });
  const activate = (spmEpoch?: number) => call.StorageDomain.activate({ storagedomainID, storagepoolID }, { spmEpoch });
  const start = { storagepoolID, prevID: -1, prevLver: "-1", enableScsiFencing: "false" } as const;
  const { spmStatus, spmId, spmLver: epoch } = await status();
  assert.deepEqual([spmStatus, spmId], ["SPM", 1]);
  await activate();
  await activate(epoch);
  await assert.rejects(activate(epoch + 1), refuses("NotSPM"));
  await finish(await call.StoragePool.spmStart(start));
  assert.deepEqual(await status(), { spmStatus, spmId, spmLver: epoch }, "who is SPM and is asked again is left alone");
  await assert.rejects(
    call.StoragePool.disconnect({ storagepoolID, hostID: 1, scsiKey: storagepoolID }),
    refuses("IsSpm"),
  );

  await call.StoragePool.spmStop({ storagepoolID });
  const free = await status();
  assert.deepEqual([free.spmStatus, free.spmId], ["Free", -1]);
  await assert.rejects(activate(), refuses("NotSPM"));
  await assert.rejects(activate(epoch), refuses("NotSPM"));
  await finish(await call.StoragePool.spmStart(start));
  assert.ok((await status()).spmLver >= epoch, "the epoch never goes back");
  await activate();
}

function peerHostContract(getPeer: () => ContractPeer): void {
  test("another host may ping it and may not command it", async (context) => {
    const { connectAsHost } = getPeer();
    if (connectAsHost === undefined) return context.skip("this peer has no connection as another host");
    await using host = await connectAsHost();
    await host.call.Host.ping2();
    await assert.rejects(host.call.Host.getAllVmStats(), refuses("NotAllowed"));
    await assert.rejects(host.call.VM.destroy({ vmID: newUuid() }), refuses("NotAllowed"));
  });
}

function newUuid(): string {
  return crypto.randomUUID();
}

/** The smallest file that is a qcow2 image: version 3, 64 MiB, clusters of 64 KiB, with its tables. */
function qcow2Header(): Buffer {
  const clusterBytes = 65_536;
  const image = Buffer.alloc(4 * clusterBytes);
  image.write("QFI\xfb", 0, "latin1");
  image.writeUInt32BE(3, 4); // version
  image.writeUInt32BE(16, 20); // cluster bits
  image.writeBigUInt64BE(BigInt(64 * 1024 * 1024), 24); // virtual size
  image.writeUInt32BE(1, 36); // entries of the L1 table
  image.writeBigUInt64BE(BigInt(3 * clusterBytes), 40); // L1 table
  image.writeBigUInt64BE(BigInt(clusterBytes), 48); // refcount table
  image.writeUInt32BE(1, 56); // its clusters
  image.writeUInt32BE(4, 96); // refcounts of 16 bits
  image.writeUInt32BE(104, 100); // header length
  image.writeBigUInt64BE(BigInt(2 * clusterBytes), clusterBytes); // the refcount block
  for (let cluster = 0; cluster < 4; cluster += 1) image.writeUInt16BE(1, 2 * clusterBytes + 2 * cluster);
  return image;
}
