import type { Action as RestAction, Disk as RestDisk } from "@yagura/rest-model";
import type { DiskId, VolumeId } from "@yagura/std/ids.ts";
import { getDisk, listDisks } from "../../db/queries/disks.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { copyDisk } from "../../operations/disks/copy-disk.ts";
import { type AskedDisk, createDisk } from "../../operations/disks/create-disk.ts";
import { extendDisk } from "../../operations/disks/extend-disk.ts";
import { moveDisk } from "../../operations/disks/move-disk.ts";
import { removeDisk } from "../../operations/disks/remove-disk.ts";
import { sparsifyDisk } from "../../operations/disks/sparsify-disk.ts";
import { updateDisk } from "../../operations/disks/update-disk.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { getReferenced, pathId, required } from "../references.ts";
import { renderDisk } from "../representations/disk.ts";
import { type Answer, completed, entity, param, type RestRequest, type Route } from "../route.ts";
import { diskSearch } from "../search/fields/disks.ts";
import { created, SHORT_WAIT_MS, waitFor, workAnswer } from "../wait-for.ts";

export const diskRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/disks",
    async handle(request) {
      return foundList(request, "disk", diskSearch, (ids) => readDisks(request, ids as DiskId[]));
    },
  },
  {
    method: "GET",
    path: "/disks/:disk",
    async handle(request) {
      return entity("disk", renderDisk(await request.inventory.disk(param(request, "disk")), request.links));
    },
    many: manyEntities({ type: "disk", name: "disk", searchable: diskSearch }, readDisks),
  },
  {
    method: "POST",
    path: "/disks",
    async handle(request) {
      const asked = await readNewDisk(request, request.read("disk"));
      const started = await createDisk(request.context, asked);
      const outcome = await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
      const disk = await getDisk(request.context.db, started.disk.id);
      return created("disk", renderDisk(disk, request.links), outcome);
    },
  },
  {
    method: "PUT",
    path: "/disks/:disk",
    handle: async (request) =>
      entity("disk", renderDisk(await changeDisk(request, idOf(request), request.read("disk")), request.links)),
  },
  {
    method: "DELETE",
    path: "/disks/:disk",
    async handle(request) {
      await waitFor(request, await removeDisk(request.context, idOf(request)));
      return completed();
    },
  },
  { method: "POST", path: "/disks/:disk/copy", handle: copy },
  { method: "POST", path: "/disks/:disk/move", handle: move },
  { method: "POST", path: "/disks/:disk/sparsify", handle: sparsify },
];

async function readDisks({ context, links }: RestRequest, ids: readonly DiskId[]): Promise<RestDisk[]> {
  return (await listDisks(context.db, { ids })).map((each) => renderDisk(each, links));
}

/** A copy is a disk of its own: the answer says which. */
async function copy(request: RestRequest): Promise<Answer> {
  const { async: isAsync, disk, storage_domain: reference } = request.readAction();
  const { id: toDomainId } = await targetDomain(request, reference);
  const name = disk?.name ?? disk?.alias;
  const wanted = { diskId: idOf(request), toDomainId, ...defined({ name }) };
  const started = await copyDisk(request.context, wanted);
  const answer = await workAnswer(request, started, isAsync);
  const made = { disk: request.links.ref("disks", started.disk.id) };
  return answer.kind === "entity" ? { ...answer, value: { ...answer.value, ...made } } : answer;
}

async function move(request: RestRequest): Promise<Answer> {
  const { async: isAsync, storage_domain: reference } = request.readAction();
  const { id: toDomainId } = await targetDomain(request, reference);
  return workAnswer(request, await moveDisk(request.context, { diskId: idOf(request), toDomainId }), isAsync);
}

async function sparsify(request: RestRequest): Promise<Answer> {
  const { async: isAsync } = request.readAction();
  return workAnswer(request, await sparsifyDisk(request.context, idOf(request)), isAsync);
}

function targetDomain({ inventory }: RestRequest, reference: RestAction["storage_domain"]) {
  const missing = { type: "Action", member: "storageDomain", operation: "add" } as const;
  return getReferenced("storage domain", reference, () => inventory.storageDomains(), missing);
}

/** What a body says of a disk; another size takes a moment, for which the disk is locked. */
export async function changeDisk(request: RestRequest, diskId: DiskId, body: RestDisk): Promise<Disk> {
  const changes = {
    diskId,
    ...defined({
      name: body.name ?? body.alias,
      description: body.description,
      wipeAfterDelete: body.wipe_after_delete,
      propagateErrors: body.propagate_errors,
    }),
  };
  const { context } = request;
  const { capacityBytes: nowBytes } = await request.inventory.disk(diskId);
  const capacityBytes = body.provisioned_size ?? nowBytes;
  const started =
    capacityBytes === nowBytes
      ? await updateDisk(context, changes)
      : await extendDisk(context, { ...changes, capacityBytes });
  if (started !== undefined) await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
  return getDisk(context.db, diskId);
}

function idOf(request: RestRequest): DiskId {
  return pathId<DiskId>("disk", param(request, "disk"));
}

/**
 * A disk as a body asks for it. Ids may be the client's own: virt-v2v and backup programs choose those of the disk and of
 * its volume. A disk is thin unless it says otherwise.
 */
export async function readNewDisk({ inventory }: RestRequest, body: RestDisk): Promise<AskedDisk> {
  const missing = { type: "Disk", member: "storageDomains.storageDomain", operation: "add" } as const;
  const reference = body.storage_domains?.[0] ?? body.storage_domain;
  const domain = await getReferenced("storage domain", reference, () => inventory.storageDomains(), missing);
  const contentType = body.content_type ?? "data";
  if (contentType !== "data" && contentType !== "iso") {
    throw new OperationRefused("unsupported", "Cannot add Virtual Disk.", [
      `Disks for ${contentType} are not supported.`,
    ]);
  }
  const format = body.format ?? "raw";
  return {
    name: required(body.name ?? body.alias, "Disk", "name", "add"),
    storageDomainId: domain.id,
    capacityBytes: required(body.provisioned_size, "Disk", "provisionedSize", "add"),
    format,
    isSparse: body.sparse ?? true,
    contentType,
    ...defined({
      id: body.id === undefined ? undefined : pathId<DiskId>("disk", body.id),
      volumeId: body.image_id === undefined ? undefined : pathId<VolumeId>("disk", body.image_id),
      description: body.description,
      initialBytes: body.initial_size,
      isShareable: body.shareable,
      wipeAfterDelete: body.wipe_after_delete,
      propagateErrors: body.propagate_errors,
      backup: body.backup,
    }),
  };
}
