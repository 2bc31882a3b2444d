import type { Disk } from "../../domain/disk/disk.ts";
import { renderDisk } from "../representations/disk.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { byId, selectList } from "../select-list.ts";

export const diskRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/disks",
    async handle(request) {
      const found = selectList(request, await request.inventory.disks(), await searchFields(request));
      return list(
        "disk",
        found.map((each) => renderDisk(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/disks/:disk",
    async handle(request) {
      return entity("disk", renderDisk(await request.inventory.disk(param(request, "disk")), request.links));
    },
  },
];

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<Disk>> {
  const [vms, domains] = [byId(await inventory.vms()), byId(await inventory.storageDomains())];
  const dataCenters = byId(await inventory.dataCenters());
  const vmNames = (disk: Disk) => disk.vmIds.map((vmId) => vms.get(vmId)?.name);
  const domainOf = ({ storageDomainId }: Disk) => domains.get(storageDomainId);
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    alias: ({ name }) => name,
    description: ({ description }) => description,
    status: ({ status }) => status,
    provisioned_size: ({ capacityBytes }) => capacityBytes,
    size: ({ capacityBytes }) => capacityBytes,
    actual_size: ({ actualBytes }) => actualBytes,
    creation_date: ({ createdAtMs }) => new Date(createdAtMs),
    shareable: ({ isShareable }) => isShareable,
    disk_type: () => "image",
    disk_content_type: ({ contentType }) => contentType,
    wipe_after_delete: ({ wipeAfterDelete }) => wipeAfterDelete,
    number_of_vms: ({ vmIds }) => vmIds.length,
    vm_names: vmNames,
    "vms.name": vmNames,
    "vm.name": vmNames,
    "storage.name": (disk) => domainOf(disk)?.name,
    "storages.name": (disk) => domainOf(disk)?.name,
    datacenter: (disk) => dataCenters.get(domainOf(disk)?.dataCenterId ?? "")?.name,
  };
}
