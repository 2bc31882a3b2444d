import type { NicId } from "@yagura/std/ids.ts";
import { getNic, listNics } from "../../db/queries/nics.ts";
import { NotFound } from "../../domain/errors.ts";
import { pathId } from "../references.ts";
import { renderNic, renderReportedDevices } from "../representations/nic.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const vmNicRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms/:vm/nics",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const nics = cutList(request, await listNics(request.context.db, { vmId: id }));
      return list(
        "nic",
        nics.map((each) => renderNic(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/vms/:vm/nics/:nic",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const nic = await getNic(request.context.db, { vmId: id }, pathId<NicId>("nic", param(request, "nic")));
      return entity("nic", renderNic(nic, request.links));
    },
  },
  {
    method: "GET",
    path: "/vms/:vm/reporteddevices",
    async handle(request) {
      return list("reported_device", cutList(request, await reportedDevices(request)));
    },
  },
  {
    method: "GET",
    path: "/vms/:vm/reporteddevices/:device",
    async handle(request) {
      return entity("reported_device", findById(await reportedDevices(request), param(request, "device")));
    },
  },
  {
    method: "GET",
    path: "/vms/:vm/nics/:nic/reporteddevices",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const nic = await getNic(request.context.db, { vmId: id }, pathId<NicId>("nic", param(request, "nic")));
      const devices = await reportedDevices(request);
      return list(
        "reported_device",
        devices.filter(({ mac }) => mac?.address === nic.macAddress),
      );
    },
  },
];

async function reportedDevices(request: RestRequest) {
  return renderReportedDevices(await request.inventory.vm(param(request, "vm")), request.links);
}

function findById<T extends { readonly id?: string | undefined }>(items: readonly T[], id: string): T {
  const found = items.find((item) => item.id === id);
  if (found === undefined) throw new NotFound("nic", id.slice(0, 80));
  return found;
}
