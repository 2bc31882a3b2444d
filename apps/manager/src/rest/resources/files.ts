import type { File as RestFile } from "@yagura/rest-model";
import type { Disk } from "../../domain/disk/disk.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Links } from "../links.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** What can be put into the drive of a VM: on a data domain, the disks that are ISO images. Their ids are those of the disks. */
export const fileRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/files",
    async handle(request) {
      const images = cutList(request, await imagesOf(request));
      return list(
        "file",
        images.map((each) => renderFile(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/files/:file",
    async handle(request) {
      const wanted = param(request, "file");
      const found = (await imagesOf(request)).find(({ id }) => id === wanted.toLowerCase());
      if (found === undefined) throw new NotFound("file", wanted.slice(0, 80));
      return entity("file", renderFile(found, request.links));
    },
  },
];

async function imagesOf(request: RestRequest): Promise<readonly Disk[]> {
  const { id } = await request.inventory.storageDomain(param(request, "storageDomain"));
  const disks = await request.inventory.disks({ storageDomainId: id });
  return disks.filter(({ contentType }) => contentType === "iso");
}

function renderFile({ id, name, storageDomainId }: Disk, links: Links): RestFile {
  return {
    ...links.of("file", "storagedomains", storageDomainId, "files", id),
    name,
    storage_domain: links.ref("storagedomains", storageDomainId),
  };
}
