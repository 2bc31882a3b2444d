import type { DiskId } from "@yagura/std/ids.ts";
import { listDisks } from "../db/queries/disks.ts";
import { NotFound } from "../domain/errors.ts";
import { idIn, idsIn } from "./many.ts";
import { type Mount, mounted } from "./mounted.ts";
import { param, type Route } from "./route.ts";
import { byId } from "./select-list.ts";

/**
 * What is served of a disk, served below its storage domain too, and what is served of the disks of a domain below the data
 * center that the domain is attached to.
 */
export function belowStorageDomain(routes: readonly Route[]): Route[] {
  const belowDomain = mounted(routes, disks);
  return [...belowDomain, ...mounted([...routes, ...belowDomain], disksOfAttached)];
}

const disks: Mount = {
  at: "/disks/:disk",
  below: "/storagedomains/:storageDomain",
  async require(request) {
    const { id } = await request.inventory.storageDomain(param(request, "storageDomain"));
    const disk = await request.inventory.disk(param(request, "disk"));
    if (disk.storageDomainId !== id) throw new NotFound("disk", disk.id);
  },
  async areThere({ context, inventory }, params) {
    const visible = byId(await inventory.storageDomains());
    const known = byId(await listDisks(context.db, { ids: idsIn<DiskId>(params, "disk") }));
    return params.map((each) => {
      const domain = visible.get(idIn(each, "storageDomain"));
      return domain !== undefined && known.get(idIn(each, "disk"))?.storageDomainId === domain.id;
    });
  },
};

const disksOfAttached: Mount = {
  at: "/storagedomains/:storageDomain/disks",
  below: "/datacenters/:dataCenter",
  async require(request) {
    const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
    const domain = await request.inventory.storageDomain(param(request, "storageDomain"));
    if (domain.dataCenterId !== id) throw new NotFound("storage domain", domain.id);
  },
  async areThere({ inventory }, params) {
    const visible = byId(await inventory.storageDomains());
    return params.map((each) => visible.get(idIn(each, "storageDomain"))?.dataCenterId === idIn(each, "dataCenter"));
  },
};
