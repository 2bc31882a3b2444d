import type { StorageDomain as RestStorageDomain } from "@yagura/rest-model";
import type { DiskId, StorageDomainId } from "@yagura/std/ids.ts";
import { sql } from "kysely";
import type { OpContext } from "../../context.ts";
import { isOneOf } from "../../db/conditions.ts";
import { getDisk, listDisks } from "../../db/queries/disks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { createDisk } from "../../operations/disks/create-disk.ts";
import { findUnregisteredDisks } from "../../operations/disks/find-unregistered-disks.ts";
import { registerDisk } from "../../operations/disks/register-disk.ts";
import type { Started } from "../../operations/started.ts";
import { attachStorageDomain } from "../../operations/storage-domains/attach-storage-domain.ts";
import {
  activateStorageDomain,
  type DomainOfDataCenter,
  deactivateStorageDomain,
  detachStorageDomain,
} from "../../operations/storage-domains/change-storage-domain-use.ts";
import { createStorageDomain } from "../../operations/storage-domains/create-storage-domain.ts";
import { destroyStorageDomain } from "../../operations/storage-domains/destroy-storage-domain.ts";
import { importStorageDomain } from "../../operations/storage-domains/import-storage-domain.ts";
import { removeStorageDomain } from "../../operations/storage-domains/remove-storage-domain.ts";
import { updateStorageDomain } from "../../operations/storage-domains/update-storage-domain.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities, manyLists, mapValues } from "../many.ts";
import { findReferenced, getReferenced, pathId, readTexts, required } from "../references.ts";
import { renderDisk, renderFoundDisk } from "../representations/disk.ts";
import { readStorage } from "../representations/read-storage.ts";
import { renderAttachedStorageDomain, renderStorageDomain } from "../representations/storage-domain.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { diskSearch } from "../search/fields/disks.ts";
import { storageDomainSearch } from "../search/fields/storage-domains.ts";
import { findIds } from "../search/find-ids.ts";
import { parseSearch } from "../search/parse-search.ts";
import { cutList, pick } from "../select-list.ts";
import { created, SHORT_WAIT_MS, waitFor, workAnswer } from "../wait-for.ts";
import { readNewDisk } from "./disks.ts";

/** Of all domains that are followed together. */
const FOLLOWED_DISKS_MAX = 20_000;

export const storageDomainRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/storagedomains",
    async handle(request) {
      return foundList(request, "storage_domain", storageDomainSearch, (ids) =>
        readStorageDomains(request, ids as StorageDomainId[]),
      );
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain",
    async handle(request) {
      const domain = await request.inventory.storageDomain(param(request, "storageDomain"));
      return entity("storage_domain", renderStorageDomain(domain, request.links));
    },
    many: manyEntities(
      { type: "storage_domain", name: "storageDomain", searchable: storageDomainSearch },
      readStorageDomains,
    ),
  },
  {
    method: "POST",
    path: "/storagedomains",
    async handle(request) {
      const body = request.read("storage_domain");
      if (body.import === true) {
        const imported = await importStorageDomain(request.context, await readStorageDomain(request, body));
        return entity("storage_domain", renderStorageDomain(imported, request.links), "created");
      }
      const asked = await readStorageDomain(request, body);
      const name = required(body.name, "StorageDomain", "name", "add");
      refuseOtherFormats(body);
      const started = await createStorageDomain(request.context, { ...asked, name });
      const outcome = await waitFor(request, started);
      const domain = await getStorageDomain(request.context.db, started.domain.id);
      return created("storage_domain", renderStorageDomain(domain, request.links), outcome);
    },
  },
  {
    method: "PUT",
    path: "/storagedomains/:storageDomain",
    async handle(request) {
      const body = request.read("storage_domain");
      const updated = await updateStorageDomain(request.context, {
        domainId: idOf(request),
        ...readTexts(body),
        ...defined({ wipeAfterDelete: body.wipe_after_delete }),
      });
      return entity("storage_domain", renderStorageDomain(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/storagedomains/:storageDomain",
    async handle(request) {
      const { query, inventory, context } = request;
      // Forgets the domain, whatever its state is, and what is on the storage stays.
      if (query.findBoolean("destroy") === true) {
        await destroyStorageDomain(context, idOf(request));
        return completed();
      }
      const named = query.find("host");
      const hosts = await inventory.hosts();
      const host = hosts.find(({ id, name }) => named !== undefined && (id === named || name === named));
      if (named !== undefined && host === undefined) throw new NotFound("host", named.slice(0, 80));
      const removal = {
        domainId: idOf(request),
        formats: query.findBoolean("format") ?? false,
        ...(host !== undefined && { hostId: host.id }),
      };
      await waitFor(request, await removeStorageDomain(context, removal));
      return completed();
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/disks",
    async handle(request) {
      const { id } = await request.inventory.storageDomain(param(request, "storageDomain"));
      if (request.query.findBoolean("unregistered") === true) return listUnregistered(request, id);
      const disks = cutList(request, await request.inventory.disks({ storageDomainId: id }));
      return list(
        "disk",
        disks.map((each) => renderDisk(each, request.links)),
      );
    },
    many: manyLists(
      { type: "disk", name: "storageDomain", searchable: storageDomainSearch },
      async (request, domainIds) => {
        const { context, viewer, links } = request;
        const among = isOneOf(sql`disks.storage_domain_id`, domainIds);
        const wanted = {
          search: parseSearch(""),
          viewer,
          max: FOLLOWED_DISKS_MAX,
          ...(among !== undefined && { among }),
        };
        const ids = await findIds(context.db, diskSearch, wanted);
        const disks = await listDisks(context.db, { ids: ids as DiskId[] });
        return mapValues(
          Map.groupBy(disks, ({ storageDomainId }) => storageDomainId),
          (each) => renderDisk(each, links),
        );
      },
    ),
  },
  {
    method: "POST",
    path: "/storagedomains/:storageDomain/disks",
    handle: addDisk,
  },
  {
    method: "POST",
    path: "/storagedomains/:storageDomain/isattached",
    async handle(request) {
      const { dataCenterId } = await request.inventory.storageDomain(param(request, "storageDomain"));
      return completed({ is_attached: dataCenterId !== undefined });
    },
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/storagedomains",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      const domains = (await request.inventory.storageDomains()).filter(({ dataCenterId }) => dataCenterId === id);
      const found = cutList(request, domains);
      return list(
        "storage_domain",
        found.map((each) => renderAttachedStorageDomain(each, request.links)),
      );
    },
    many: manyLists({ type: "storage_domain", name: "dataCenter", searchable: dataCenterSearch }, async (request) => {
      const byDataCenter = Map.groupBy(
        await request.inventory.storageDomains(),
        ({ dataCenterId }) => dataCenterId ?? "",
      );
      return mapValues(byDataCenter, (each) => renderAttachedStorageDomain(each, request.links));
    }),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain",
    async handle(request) {
      return entity("storage_domain", renderAttachedStorageDomain(await attachedDomain(request), request.links));
    },
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/storagedomains",
    async handle(request) {
      const body = request.read("storage_domain");
      const { context, inventory, links } = request;
      const { id } = await inventory.dataCenter(param(request, "dataCenter"));
      const missing = { type: "StorageDomain", member: "", operation: "add" } as const;
      const domain = await getReferenced("storage domain", body, () => inventory.storageDomains(), missing);
      // Ours: oVirt takes a domain from another pool without asking.
      const takesOver = request.query.findBoolean("force") ?? false;
      const started = await attachStorageDomain(context, { domainId: domain.id, dataCenterId: id, takesOver });
      const outcome = await waitFor(request, started);
      const attached = await getStorageDomain(context.db, domain.id);
      return created("storage_domain", renderAttachedStorageDomain(attached, links), outcome);
    },
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain/disks/:disk/register",
    async handle(request) {
      request.readAction();
      const { id: storageDomainId } = await attachedDomain(request);
      await registerDisk(request.context, { storageDomainId, diskId: pathId<DiskId>("disk", param(request, "disk")) });
      return completed();
    },
  },
  {
    method: "DELETE",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain",
    async handle(request) {
      await waitFor(request, await detachStorageDomain(request.context, attachedIds(await attachedDomain(request))));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain/activate",
    handle: (request) => changeUse(request, activateStorageDomain),
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain/deactivate",
    handle: (request) => changeUse(request, deactivateStorageDomain),
  },
];

/** What is on the storage and is not known here; only the caller's right to add disks there lets him look. */
async function listUnregistered(request: RestRequest, domainId: StorageDomainId): Promise<Answer> {
  await request.context.authorize("create_disk", { type: "storage_domain", id: domainId });
  const found = cutList(request, await findUnregisteredDisks(request.context, domainId));
  return list(
    "disk",
    found.map((each) => renderFoundDisk(each, request.links)),
  );
}

async function addDisk(request: RestRequest): Promise<Answer> {
  const { context, links } = request;
  const { id: storageDomainId } = await request.inventory.storageDomain(param(request, "storageDomain"));
  const body = request.read("disk");
  if (request.query.findBoolean("unregistered") === true) {
    const diskId = pathId<DiskId>("disk", required(body.id, "Disk", "id", "add"));
    const name = body.name ?? body.alias;
    const asked = { storageDomainId, diskId, ...defined({ name, description: body.description }) };
    return entity("disk", renderDisk(await registerDisk(context, asked), links), "created");
  }
  const here = { storage_domains: [{ id: storageDomainId }] };
  const started = await createDisk(context, await readNewDisk(request, { ...body, ...here }));
  const outcome = await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
  return created("disk", renderDisk(await getDisk(context.db, started.disk.id), links), outcome);
}

function idOf(request: RestRequest): StorageDomainId {
  return pathId<StorageDomainId>("storage domain", param(request, "storageDomain"));
}

async function changeUse(
  request: RestRequest,
  change: (context: OpContext, ids: DomainOfDataCenter) => Promise<Started>,
): Promise<Answer> {
  const isAsync = request.readAction().async;
  const started = await change(request.context, attachedIds(await attachedDomain(request)));
  return workAnswer(request, started, isAsync);
}

function attachedIds({ id, dataCenterId }: StorageDomain): DomainOfDataCenter {
  if (dataCenterId === undefined) throw new NotFound("storage domain", id);
  return { domainId: id, dataCenterId };
}

async function readStorageDomain({ inventory }: RestRequest, body: RestStorageDomain) {
  const attempt = "Cannot add Storage.";
  const host = await findReferenced("host", body.host, () => inventory.hosts());
  const purpose = body.type ?? "data";
  if (purpose !== "data") refuseIf(attempt, ["Only storage domains of the type data can be added."], "unsupported");
  const storage = required(body.storage, "StorageDomain", "storage", "add");
  return {
    ...readTexts(body),
    ...defined({
      wipeAfterDelete: body.wipe_after_delete,
      id: body.id === undefined ? undefined : pathId<StorageDomainId>("storage domain", body.id),
      hostId: host?.id,
    }),
    ...(await readStorage(inventory, attempt, storage)),
  };
}

/** Domains of older formats are used as they are, and not made. */
function refuseOtherFormats({ storage_format: format }: RestStorageDomain): void {
  if (format === undefined || format === "v5") return;
  const reason = `New storage domains have the format v5, not ${format}; leave storage_format away, or ask for v5.`;
  refuseIf("Cannot add Storage.", [reason], "invalid");
}

/** The domain of the path, if it is attached to the data center of the path. @throws NotFound */
async function attachedDomain(request: RestRequest): Promise<StorageDomain> {
  const dataCenter = await request.inventory.dataCenter(param(request, "dataCenter"));
  const domain = await request.inventory.storageDomain(param(request, "storageDomain"));
  if (domain.dataCenterId !== dataCenter.id) throw new NotFound("storage domain", domain.id);
  return domain;
}

async function readStorageDomains({ inventory, links }: RestRequest, ids: readonly StorageDomainId[]) {
  return pick(await inventory.storageDomains(), ids).map((each) => renderStorageDomain(each, links));
}
