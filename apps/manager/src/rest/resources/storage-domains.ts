import { NotFound } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { renderDisk } from "../representations/disk.ts";
import { renderAttachedStorageDomain, renderStorageDomain } from "../representations/storage-domain.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { byId, cutList, selectList } from "../select-list.ts";

export const storageDomainRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/storagedomains",
    async handle(request) {
      const found = selectList(request, await request.inventory.storageDomains(), await searchFields(request));
      return list(
        "storage_domain",
        found.map((each) => renderStorageDomain(each, request.links)),
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
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/disks",
    async handle(request) {
      const { id } = await request.inventory.storageDomain(param(request, "storageDomain"));
      const disks = cutList(request, await request.inventory.disks({ storageDomainId: id }));
      return list(
        "disk",
        disks.map((each) => renderDisk(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/disks/:disk",
    async handle(request) {
      const disk = await request.inventory.disk(param(request, "disk"));
      if (disk.storageDomainId !== param(request, "storageDomain")) throw new NotFound("disk", disk.id);
      return entity("disk", renderDisk(disk, request.links));
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
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/storagedomains/:storageDomain",
    async handle(request) {
      return entity("storage_domain", renderAttachedStorageDomain(await attachedDomain(request), request.links));
    },
  },
];

/** The domain of the path, if it is attached to the data center of the path. @throws NotFound */
async function attachedDomain(request: RestRequest): Promise<StorageDomain> {
  const dataCenter = await request.inventory.dataCenter(param(request, "dataCenter"));
  const domain = await request.inventory.storageDomain(param(request, "storageDomain"));
  if (domain.dataCenterId !== dataCenter.id) throw new NotFound("storage domain", domain.id);
  return domain;
}

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<StorageDomain>> {
  const dataCenters = byId(await inventory.dataCenters());
  const dataCenterName = ({ dataCenterId }: StorageDomain) => dataCenters.get(dataCenterId ?? "")?.name;
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    description: ({ description }) => description,
    comment: ({ comment }) => comment,
    status: ({ status }) => status,
    datacenter: dataCenterName,
    "datacenter.name": dataCenterName,
    type: ({ type }) => type,
    size: ({ availableBytes, usedBytes }) => (availableBytes ?? 0) + (usedBytes ?? 0),
    used: ({ usedBytes }) => usedBytes,
    committed: ({ committedBytes }) => committedBytes,
  };
}
