import type { Vm as RestVm } from "@yagura/rest-model";
import type { DiskId, HostId, VmId } from "@yagura/std/ids.ts";
import { listInstanceTypes } from "../../db/queries/instance-types.ts";
import { listTemplateDisks } from "../../db/queries/templates.ts";
import { getVm, listVms } from "../../db/queries/vms.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import { rebootVm, resetVm, shutdownVm } from "../../operations/vms/ask-guest.ts";
import { createVm, type NewVm } from "../../operations/vms/create-vm.ts";
import { removeVm } from "../../operations/vms/remove-vm.ts";
import { startVm } from "../../operations/vms/start-vm.ts";
import { stopVm } from "../../operations/vms/stop-vm.ts";
import { updateVm } from "../../operations/vms/update-vm.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { findReferenced, getReferenced, pathId, readTexts, required } from "../references.ts";
import { readIcons } from "../representations/icon.ts";
import { readHardware } from "../representations/read-hardware.ts";
import { renderVm, type VmManner } from "../representations/vm.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { begunAnswer, created, SHORT_WAIT_MS, waitFor } from "../wait-for.ts";

export const vmRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms",
    async handle(request) {
      return foundList(request, "vm", vmSearch, (ids) => readVms(request, ids as VmId[]));
    },
  },
  {
    method: "GET",
    path: "/vms/:vm",
    async handle(request) {
      const vm = await request.inventory.vm(param(request, "vm"));
      return entity("vm", renderVm(vm, request.links, mannerOf(request)));
    },
    many: manyEntities({ type: "vm", name: "vm", searchable: vmSearch }, readVms),
  },
  {
    method: "POST",
    path: "/vms",
    async handle(request) {
      const started = await createVm(request.context, await readNewVm(request, request.read("vm")));
      const outcome = await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
      const vm = await getVm(request.context.db, started.vm.id);
      return created("vm", renderVm(vm, request.links, request), outcome);
    },
  },
  {
    method: "PUT",
    path: "/vms/:vm",
    async handle(request) {
      const { links, context } = request;
      const body = request.read("vm");
      const before = await request.inventory.vm(param(request, "vm"));
      const hardware = readHardware(body, before.hardware.cpu);
      const updated = await updateVm(context, {
        vmId: before.id,
        ...readTexts(body),
        ...defined({ type: body.type, isDeleteProtected: body.delete_protected }),
        ...(Object.keys(hardware).length > 0 && { hardware }),
        ...defined({ icons: readIcons(body) }),
        ...(body.instance_type !== undefined && { instanceTypeId: (await readInstanceType(request, body)) ?? null }),
      });
      const manner = mannerOf(request);
      // A running VM is shown as it runs, as oVirt does; that a change waits for its restart does not mean that it is lost.
      const kept = renderVm(updated, links, { ...manner, isNextRun: true });
      return { kind: "entity", type: "vm", value: renderVm(updated, links, manner), kept, outcome: "done" };
    },
  },
  {
    method: "DELETE",
    path: "/vms/:vm",
    async handle(request) {
      const keepsDisks = request.query.findBoolean("detach_only") ?? false;
      await waitFor(request, await removeVm(request.context, { vmId: idOf(request), keepsDisks }));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/start",
    async handle(request) {
      const action = request.readAction();
      const hosts = action.vm?.placement_policy?.hosts ?? (action.host === undefined ? [] : [action.host]);
      const onlyHosts: HostId[] = [];
      for (const each of hosts) {
        const host = await findReferenced("host", each, () => request.inventory.hosts());
        if (host !== undefined) onlyHosts.push(host.id);
      }
      const isPaused = action.pause ?? false;
      const asked = { vmId: idOf(request), isPaused, ...(onlyHosts.length > 0 && { onlyHosts }) };
      return begunAnswer(request, await startVm(request.context, asked));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/stop",
    async handle(request) {
      const { reason } = request.readAction();
      return begunAnswer(request, await stopVm(request.context, { vmId: idOf(request), ...defined({ reason }) }));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/shutdown",
    async handle(request) {
      const { reason } = request.readAction();
      return begunAnswer(request, await shutdownVm(request.context, { vmId: idOf(request), ...defined({ reason }) }));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/reboot",
    async handle(request) {
      const isForced = request.readAction().force ?? false;
      return begunAnswer(request, await rebootVm(request.context, { vmId: idOf(request), isForced }));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/reset",
    async handle(request) {
      request.readAction();
      return begunAnswer(request, await resetVm(request.context, idOf(request)));
    },
  },
];

async function readVms({ context, links, allContent }: RestRequest, ids: readonly VmId[]): Promise<RestVm[]> {
  return (await listVms(context.db, { ids })).map((each) => renderVm(each, links, { allContent }));
}

function mannerOf({ allContent, query }: RestRequest): VmManner {
  return { allContent, isNextRun: query.findBoolean("next_run") ?? false };
}

function idOf(request: RestRequest): VmId {
  return pathId<VmId>("vm", param(request, "vm"));
}

async function readNewVm({ inventory, context }: RestRequest, body: RestVm): Promise<NewVm> {
  if (body.initialization?.configuration !== undefined) {
    throw new OperationRefused("unsupported", "Cannot add VM.", [
      "VMs from an OVF or OVA are not served yet: add the VM by its name, cluster and template, and attach its disks.",
    ]);
  }
  const missing = (member: string) => ({ type: "Vm", member, operation: "add" }) as const;
  const name = required(body.name, "Vm", "name", "add");
  const cluster = await getReferenced("cluster", body.cluster, () => inventory.clusters(), missing("cluster"));
  const template = await getReferenced("template", body.template, () => inventory.templates(), missing("template"));
  const id = body.id === undefined ? undefined : pathId<VmId>("vm", body.id);
  const hardware = readHardware(body, template.hardware.cpu);
  const diskNames = readDiskNames(
    body,
    (await listTemplateDisks(context.db, { templateId: template.id })).map(({ diskId }) => diskId),
  );
  return {
    ...readTexts(body),
    ...defined({ id, type: body.type, isDeleteProtected: body.delete_protected }),
    ...defined({ icons: readIcons(body), instanceTypeId: await readInstanceType({ context }, body) }),
    name,
    clusterId: cluster.id,
    templateId: template.id,
    hardware,
    diskNames,
  };
}

async function readInstanceType(
  { context }: Pick<RestRequest, "context">,
  { instance_type }: RestVm,
): Promise<InstanceTypeId | undefined> {
  return (await findReferenced("instance type", instance_type, () => listInstanceTypes(context.db)))?.id;
}

/** A body may name the disks that it gets from the template, each by the template's disk. */
function readDiskNames(body: RestVm, ofTemplate: readonly DiskId[]): ReadonlyMap<DiskId, string> {
  const names = new Map<DiskId, string>();
  for (const { disk } of body.disk_attachments ?? []) {
    const templateDisk = ofTemplate.find((diskId) => diskId === disk?.id);
    const name = disk?.name ?? disk?.alias;
    if (templateDisk !== undefined && name !== undefined) names.set(templateDisk, name);
  }
  return names;
}
