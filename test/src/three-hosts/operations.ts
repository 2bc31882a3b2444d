// What is done with disks: how each operation is prepared, begun, and what must hold when it was done or undone.

import assert from "node:assert/strict";
import type { DomainPlace } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { isNotFound } from "@yagura/rest-client";
import { GiB, MiB } from "@yagura/std/units.ts";
import type { Centre } from "./centre.ts";
import { addDisk, checkPattern, findDisk, imageInfo, type Pattern, volumePaths, writePattern } from "./disks.ts";

/** An operation that is ready to begin. */
export interface ReadyOperation {
  /** Asks the Manager for it; the answer may come before or after it is done. */
  begin(correlationId: string): Promise<unknown>;
  /** @throws AssertionError when the storage or the Manager disagrees with how it ended */
  verify(end: "done" | "undone"): Promise<void>;
}

export interface Operation {
  readonly name: string;
  /** How long after its first change on the storage the fault may come, at most. */
  readonly lastsMs: number;
  /** @param pattern what is on the disk; by default so much that there is time for a fault */
  prepare(centre: Centre, diskName: string, pattern?: Pattern): Promise<ReadyOperation>;
}

/** So much that copying it takes several seconds over the lab's network. */
const large: Pattern = { value: 0xa7, bytes: 192 * MiB };
export const small: Pattern = { value: 0x3c, bytes: 4 * MiB };
const diskBytes = GiB;

/** A disk with a pattern on the first domain. */
async function addFilledDisk(centre: Centre, name: string, pattern: Pattern): Promise<string> {
  const [on] = centre.domains;
  const diskId = await addDisk(centre, { name, on, bytes: diskBytes });
  await writePattern(centre, await onlyVolume(centre, on, diskId), pattern);
  return diskId;
}

async function onlyVolume(centre: Centre, on: DomainPlace, diskId: string): Promise<string> {
  const [path, ...more] = await volumePaths(centre, on, diskId);
  assert.ok(path !== undefined && more.length === 0, `disk ${diskId} has not one volume on ${on.exportName}`);
  return path;
}

async function assertWhole(centre: Centre, on: DomainPlace, diskId: string, pattern: Pattern): Promise<void> {
  const disk = await centre.three.manager.client.disks.get(diskId);
  assert.equal(disk.status, "ok");
  assert.deepEqual(
    disk.storage_domains?.map(({ id }) => id),
    [on.id],
  );
  await checkPattern(centre, await onlyVolume(centre, on, diskId), pattern);
}

async function assertAbsent(centre: Centre, on: DomainPlace, diskId: string): Promise<void> {
  assert.deepEqual(await volumePaths(centre, on, diskId), []);
}

const create: Operation = {
  name: "create",
  lastsMs: 400,
  async prepare(centre, name) {
    const { client } = centre.three.manager;
    const [on] = centre.domains;
    const disk = {
      name,
      format: "cow",
      sparse: true,
      provisioned_size: diskBytes,
      storage_domains: [{ id: on.id }],
    } as const;
    return {
      begin: (correlationId) => client.disks.add(disk, {}, { correlationId }),
      async verify(end) {
        const found = await findDisk(centre, name);
        assert.equal(found !== undefined, end === "done");
        if (found?.id === undefined) return;
        assert.equal(found.status, "ok");
        const { virtualBytes } = await imageInfo(centre, await onlyVolume(centre, on, found.id));
        assert.equal(virtualBytes, diskBytes);
      },
    };
  },
};

const extend: Operation = {
  name: "extend",
  lastsMs: 400,
  async prepare(centre, name) {
    const { client } = centre.three.manager;
    const [on] = centre.domains;
    const diskId = await addFilledDisk(centre, name, small);
    return {
      begin: (correlationId) => client.disks.update(diskId, { provisioned_size: 2 * diskBytes }, {}, { correlationId }),
      async verify(end) {
        await assertWhole(centre, on, diskId, small);
        const expected = end === "done" ? 2 * diskBytes : diskBytes;
        const { virtualBytes } = await imageInfo(centre, await onlyVolume(centre, on, diskId));
        assert.equal(virtualBytes, expected);
        assert.equal((await client.disks.get(diskId)).provisioned_size, expected);
      },
    };
  },
};

const copy: Operation = {
  name: "copy",
  lastsMs: 4_000,
  async prepare(centre, name, pattern = large) {
    const { client } = centre.three.manager;
    const [from, to] = centre.domains;
    const diskId = await addFilledDisk(centre, name, pattern);
    const copyName = `${name}-copy`;
    return {
      begin: (correlationId) =>
        client.disks.action(
          diskId,
          "copy",
          { storage_domain: { id: to.id }, disk: { name: copyName } },
          { correlationId },
        ),
      async verify(end) {
        await assertWhole(centre, from, diskId, pattern);
        const copied = await findDisk(centre, copyName);
        assert.equal(copied !== undefined, end === "done");
        if (copied?.id !== undefined) await assertWhole(centre, to, copied.id, pattern);
      },
    };
  },
};

const move: Operation = {
  name: "move",
  lastsMs: 4_000,
  async prepare(centre, name, pattern = large) {
    const { client } = centre.three.manager;
    const [from, to] = centre.domains;
    const diskId = await addFilledDisk(centre, name, pattern);
    return {
      begin: (correlationId) =>
        client.disks.action(diskId, "move", { storage_domain: { id: to.id } }, { correlationId }),
      async verify(end) {
        const [where, elsewhere] = end === "done" ? [to, from] : [from, to];
        await assertWhole(centre, where, diskId, pattern);
        await assertAbsent(centre, elsewhere, diskId);
      },
    };
  },
};

const remove: Operation = {
  name: "delete",
  lastsMs: 400,
  async prepare(centre, name) {
    const { client } = centre.three.manager;
    const [on] = centre.domains;
    const diskId = await addFilledDisk(centre, name, small);
    return {
      begin: (correlationId) => client.disks.remove(diskId, {}, { correlationId }),
      async verify(end) {
        if (end === "undone") return assertWhole(centre, on, diskId, small);
        await assert.rejects(client.disks.get(diskId), isNotFound);
        await assertAbsent(centre, on, diskId);
      },
    };
  },
};

export const operations: readonly Operation[] = [create, copy, move, extend, remove];
