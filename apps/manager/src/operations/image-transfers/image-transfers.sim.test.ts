import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentFault } from "@yagura/agent-protocol";
import { endIdleTransfers } from "../../background/tasks/end-idle-transfers.ts";
import { getDisk } from "../../db/queries/disks.ts";
import { getImageTransfer } from "../../db/queries/image-transfers.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { done, makeInventory, managerWorld } from "../../manager.fixture.ts";
import { createDisk } from "../disks/create-disk.ts";
import { cancelImageTransfer, finalizeImageTransfer } from "./end-image-transfer.ts";
import { receiveImage } from "./receive-image.ts";
import { startImageTransfer } from "./start-image-transfer.ts";

const sizeBytes = 1024 * 1024;

async function transferWorld() {
  const world = await managerWorld();
  const inventory = await makeInventory(world);
  const { disk } = await done(
    createDisk(world.system, {
      name: "d",
      storageDomainId: inventory.domainId,
      capacityBytes: sizeBytes,
      format: "raw",
      isSparse: true,
    }),
  );
  const transfer = await startImageTransfer(world.system, { diskId: disk.id, direction: "upload" });
  const diskStatus = async () => (await getDisk(world.system.db, disk.id)).status;
  const phase = async () => (await getImageTransfer(world.system.db, transfer.id)).phase;
  return { ...world, system: world.system, ...inventory, transfer, diskStatus, phase };
}

async function* bytes(count: number, failure?: Error): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(count);
  if (failure !== undefined) throw failure;
}

test("a transfer that is cancelled before its first byte leaves the disk as it was", async () => {
  await using world = await transferWorld();
  await cancelImageTransfer(world.system, world.transfer.id);
  assert.equal(await world.diskStatus(), "ok");
});

test("a disk of which a part was written, however fast the client went away, is illegal when its transfer is cancelled", async () => {
  await using world = await transferWorld();
  const content = bytes(sizeBytes / 2, new Error("the client went away"));
  await assert.rejects(receiveImage(world.system, { transferId: world.transfer.id, sizeBytes, content }));
  assert.equal(await world.diskStatus(), "locked");
  await cancelImageTransfer(world.system, world.transfer.id);
  assert.equal(await world.diskStatus(), "illegal");
});

test("a transfer whose host was silent at its end, and whose client went away, is ended by the Manager", async () => {
  await using world = await transferWorld();
  const { system, transfer, host } = world;
  await receiveImage(system, { transferId: transfer.id, sizeBytes, content: bytes(sizeBytes) });
  host.failNext("Volume.verify_untrusted", new AgentFault("RecoveryInProgress"));
  await assert.rejects(finalizeImageTransfer(system, transfer.id), OperationRefused);
  assert.deepEqual([await world.phase(), await world.diskStatus()], ["finalizing_success", "locked"]);
  await system.db.updateTable("imageTransfers").set({ updatedAtMs: 0 }).execute();
  await endIdleTransfers().activate(system);
  assert.deepEqual([await world.phase(), await world.diskStatus()], ["finished_success", "ok"]);
});
