import { createReadStream } from "node:fs";
import { chmod, mkdir, stat } from "node:fs/promises";
import type { AgentClient } from "@yagura/agent-protocol";
import type { VolumeReference } from "@yagura/domain-xml";
import type { Credentials } from "@yagura/pki";
import { blankUuid, type ImageId, newId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { imageHeaders, imageHttp } from "./put-image.ts";

/** A storage pool of one local domain, made by the verbs in the order of a Manager. */
export interface LocalPool {
  /** Makes a qcow2 volume, sends a file into it, and says how a guest's disk names it. */
  importDisk(path: string, capacityBytes: number): Promise<VolumeReference>;
}

export async function makeLocalPool(
  client: AgentClient,
  at: { readonly path: string; readonly port: number; readonly credentials: Credentials },
): Promise<LocalPool> {
  const { call } = client;
  await mkdir(at.path, { recursive: true });
  await chmod(at.path, 0o755);
  const storagepoolID = newId();
  const storagedomainID = newId<StorageDomainId>();
  const master = { masterSdUUID: storagedomainID, masterVersion: 1 };
  const finish = async (taskID: string): Promise<void> => {
    const ended = async () => (await call.Task.getStatus({ taskID })).taskState === "finished";
    await poll("a storage task to end", ended, { timeoutMs: 30_000 });
    const { code, message } = await call.Task.getStatus({ taskID });
    if (code !== 0) throw new Error(`the task failed: ${message}`);
    await call.Task.clear({ taskID });
  };
  const connection = { id: newId(), connection: at.path };
  await call.StoragePool.connectStorageServer({
    storagepoolID: blankUuid,
    domainType: 4,
    connectionParams: [connection],
  });
  await call.StorageDomain.create({
    storagedomainID,
    domainType: 4,
    typeArgs: at.path,
    name: "test",
    domainClass: 1,
    version: 5,
  });
  const lease = { lockRenewalIntervalSec: 5, leaseTimeSec: 60, ioOpTimeoutSec: 10, leaseRetries: 3 };
  await call.StoragePool.create({ storagepoolID, name: "test", ...master, domainList: [storagedomainID], ...lease });
  const domainDict = { [storagedomainID]: "active" } as const;
  await call.StoragePool.connect({ storagepoolID, hostID: 1, scsiKey: storagepoolID, ...master, domainDict });
  const prevention = { prevID: -1, prevLver: "-1", enableScsiFencing: "false" };
  await finish(await call.StoragePool.spmStart({ storagepoolID, ...prevention }));
  await call.StorageDomain.activate({ storagedomainID, storagepoolID });
  return {
    async importDisk(path, capacityBytes) {
      const ids = { storagepoolID, storagedomainID, imageID: newId<ImageId>(), volumeID: newId<VolumeId>() };
      const blank = { srcImgUUID: blankUuid, srcVolUUID: blankUuid, desc: "", diskType: "DATA" } as const;
      await finish(
        await call.Volume.create({ ...ids, ...blank, size: String(capacityBytes), volFormat: 4, preallocate: 2 }),
      );
      const { size } = await stat(path);
      const headers = { ...imageHeaders(ids), "Content-Length": String(size) };
      const answer = await imageHttp(at, { method: "PUT", headers, body: createReadStream(path) });
      if (answer.status !== 200) throw new Error(`PUT: ${answer.status} ${answer.body.toString()}`);
      await finish(String(answer.headers["task-id"]));
      return { poolId: storagepoolID, domainId: storagedomainID, imageId: ids.imageID, volumeId: ids.volumeID };
    },
  };
}
