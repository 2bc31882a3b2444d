import type { Nic as RestNic } from "@yagura/rest-model";
import type { NicId, VmId } from "@yagura/std/ids.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getNic, listNics } from "../../db/queries/nics.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound, OperationRefused } from "../../domain/errors.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import type { NicInterface } from "../../domain/nic/nic.ts";
import { addNic } from "../../operations/nics/add-nic.ts";
import { removeNic } from "../../operations/nics/remove-nic.ts";
import { updateNic } from "../../operations/nics/update-nic.ts";
import { defined } from "../defined.ts";
import { manyLists, mapValues } from "../many.ts";
import { findReferenced, pathId, required } from "../references.ts";
import { renderNic, renderReportedDevices } from "../representations/nic.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { vmSearch } from "../search/fields/vms.ts";
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
    many: manyLists(
      { type: "nic", name: "vm", searchable: vmSearch },
      async ({ context, links }, vmIds: readonly VmId[]) => {
        const nics = await listNics(context.db, { vmIds });
        return mapValues(
          Map.groupBy(nics, ({ owner }) => ("vmId" in owner ? owner.vmId : "")),
          (each) => renderNic(each, links),
        );
      },
    ),
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
    method: "POST",
    path: "/vms/:vm/nics",
    async handle(request) {
      const body = request.read("nic");
      const name = required(body.name, "Nic", "name", "add");
      const vm = await request.inventory.vm(param(request, "vm"));
      const asked = { ...(await readNic(request, body)), name };
      const added = await addNic(request.context, { vmId: vm.id, nic: asked });
      return entity("nic", renderNic(added, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/vms/:vm/nics/:nic",
    async handle(request) {
      const changes = await readNic(request, request.read("nic"));
      const nicId = pathId<NicId>("nic", param(request, "nic"));
      const updated = await updateNic(request.context, { vmId: vmIdOf(request), nicId, changes });
      return entity("nic", renderNic(updated, request.links));
    },
  },
  ...(["activate", "deactivate"] as const).map(
    (action): Route => ({
      method: "POST",
      path: `/vms/:vm/nics/:nic/${action}`,
      async handle(request) {
        request.readAction();
        const nicId = pathId<NicId>("nic", param(request, "nic"));
        const changes = { isPlugged: action === "activate" };
        await updateNic(request.context, { vmId: vmIdOf(request), nicId, changes });
        return completed();
      },
    }),
  ),
  {
    method: "DELETE",
    path: "/vms/:vm/nics/:nic",
    async handle(request) {
      const nicId = pathId<NicId>("nic", param(request, "nic"));
      await removeNic(request.context, { vmId: vmIdOf(request), nicId });
      return completed();
    },
  },
  {
    method: "GET",
    path: "/vms/:vm/reporteddevices",
    async handle(request) {
      return list("reported_device", cutList(request, await reportedDevices(request)));
    },
    many: manyLists(
      { type: "reported_device", name: "vm", searchable: vmSearch },
      async ({ context, links }, ids: readonly VmId[]) => {
        const vms = await listVms(context.db, { ids });
        return new Map(vms.map((vm) => [vm.id, renderReportedDevices(vm, links)]));
      },
    ),
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
  {
    method: "GET",
    path: "/vms/:vm/nics/:nic/reporteddevices/:device",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const nic = await getNic(request.context.db, { vmId: id }, pathId<NicId>("nic", param(request, "nic")));
      const devices = (await reportedDevices(request)).filter(({ mac }) => mac?.address === nic.macAddress);
      return entity("reported_device", findById(devices, param(request, "device")));
    },
  },
];

function vmIdOf(request: RestRequest): VmId {
  return pathId<VmId>("vm", param(request, "vm"));
}

const interfaces: readonly NicInterface[] = ["virtio", "e1000", "e1000e", "rtl8139"];

async function readNic(request: RestRequest, body: RestNic) {
  const profile = await findReferenced("vnic profile", body.vnic_profile, () => profilesFor(request, body));
  const model = interfaces.find((each) => each === body.interface);
  if (body.interface !== undefined && model === undefined) {
    throw new OperationRefused("unsupported", "Cannot use Interface.", [`${body.interface} is not supported.`]);
  }
  return defined({
    name: body.name,
    interface: model,
    macAddress: body.mac?.address,
    vnicProfileId: profile?.id,
    isLinked: body.linked,
    isPlugged: body.plugged,
  });
}

/** Every data center has a profile of the same name, so a name means the one of the VM's own data center. */
async function profilesFor(
  request: RestRequest,
  { vnic_profile: reference }: RestNic,
): Promise<readonly VnicProfile[]> {
  const { inventory } = request;
  const all = await inventory.vnicProfiles();
  if (reference?.id !== undefined) return all;
  const { clusterId } = await inventory.vm(param(request, "vm"));
  const { dataCenterId } = await getCluster(request.context.db, clusterId);
  const networks = await inventory.networks();
  const own = new Set(networks.filter((each) => each.dataCenterId === dataCenterId).map(({ id }) => id));
  return all.filter(({ networkId }) => own.has(networkId));
}

async function reportedDevices(request: RestRequest) {
  return renderReportedDevices(await request.inventory.vm(param(request, "vm")), request.links);
}

function findById<T extends { readonly id?: string | undefined }>(items: readonly T[], id: string): T {
  const found = items.find((item) => item.id === id);
  if (found === undefined) throw new NotFound("nic", id.slice(0, 80));
  return found;
}
