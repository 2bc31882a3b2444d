import type { RestTypes } from "@yagura/rest-model";
import type { OpContext } from "../../context.ts";
import { NotFound, OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { InstanceType } from "../../domain/instance-type/instance-type.ts";
import { systemObject } from "../../domain/user/user.ts";
import type { VmHardware, Watchdog } from "../../domain/vm/vm-hardware.ts";
import { updateInstanceType } from "../../operations/instance-types/update-instance-type.ts";
import { updateTemplate } from "../../operations/templates/update-template.ts";
import { updateVm } from "../../operations/vms/update-vm.ts";
import type { Links } from "../links.ts";
import { required } from "../references.ts";
import { type DeviceOwner, renderWatchdog } from "../representations/vm-device.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { instanceTypeOf, typeIdOf } from "./instance-types.ts";

const attempt = "Cannot edit Watchdog.";

/** A kind of thing that has a watchdog, or none. */
interface Kind {
  readonly owner: Omit<DeviceOwner, "id">;
  /** As it stands in the path. */
  readonly parameter: string;
  find(request: RestRequest): Promise<Equipped>;
  /** Asked before its state is looked at, which is not for everybody. @throws NotAllowed */
  authorize(context: OpContext, id: string): Promise<void>;
  /** How it is afterwards. */
  write(request: RestRequest, watchdog: VmHardware["watchdog"]): Promise<Equipped>;
}

interface Equipped {
  readonly id: string;
  readonly hardware: VmHardware;
}

const kinds: readonly Kind[] = [
  {
    owner: { member: "vm", path: "vms" },
    parameter: "vm",
    find: (request) => request.inventory.vm(param(request, "vm")),
    authorize: (context, id) => context.authorize("edit_vm_properties", { type: "vm", id }),
    async write(request, watchdog) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      return updateVm(request.context, { vmId: id, hardware: { watchdog } });
    },
  },
  {
    owner: { member: "template", path: "templates" },
    parameter: "template",
    find: (request) => request.inventory.template(param(request, "template")),
    authorize: (context, id) => context.authorize("edit_template_properties", { type: "template", id }),
    async write(request, watchdog) {
      const { id } = await request.inventory.template(param(request, "template"));
      return updateTemplate(request.context, { templateId: id, hardware: { watchdog } });
    },
  },
  {
    owner: { member: "instance_type", path: "instancetypes" },
    parameter: "instanceType",
    find: instanceTypeOf,
    authorize: (context) => context.authorize("edit_template_properties", systemObject),
    async write(request, watchdog) {
      const change = (type: InstanceType) => ({ ...type, hardware: { ...type.hardware, watchdog } });
      return updateInstanceType(request.context, typeIdOf(request), change);
    },
  },
];

export const watchdogRoutes: readonly Route[] = kinds.flatMap((kind) => routesOf(kind));

function routesOf(kind: Kind): Route[] {
  const path = `/${kind.owner.path}/:${kind.parameter}/watchdogs`;
  return [
    {
      method: "GET",
      path,
      async handle(request) {
        return list("watchdog", render(kind, await kind.find(request), request.links));
      },
    },
    {
      method: "GET",
      path: `${path}/:watchdog`,
      async handle(request) {
        await watchdogOf(kind, request);
        return answer(kind, await kind.find(request), request.links);
      },
    },
    {
      method: "POST",
      path,
      async handle(request) {
        const { model, action } = readWatchdog(request.read("watchdog"));
        const wanted = {
          model: required(model, "Watchdog", "model", "add"),
          action: required(action, "Watchdog", "action", "add"),
        };
        const { id, hardware } = await kind.find(request);
        await kind.authorize(request.context, id);
        refuseIf(attempt, hardware.watchdog === "none" ? [] : ["It has a watchdog already."]);
        return answer(kind, await kind.write(request, wanted), request.links, "created");
      },
    },
    {
      method: "PUT",
      path: `${path}/:watchdog`,
      async handle(request) {
        const before = await watchdogOf(kind, request);
        const wanted = { ...before, ...readWatchdog(request.read("watchdog")) };
        return answer(kind, await kind.write(request, wanted), request.links);
      },
    },
    {
      method: "DELETE",
      path: `${path}/:watchdog`,
      async handle(request) {
        await watchdogOf(kind, request);
        await kind.write(request, "none");
        return completed();
      },
    },
  ];
}

/** @throws NotFound */
async function watchdogOf(kind: Kind, request: RestRequest): Promise<Watchdog> {
  const { id, hardware } = await kind.find(request);
  const asked = param(request, "watchdog").toLowerCase();
  if (hardware.watchdog === "none" || asked !== id) throw new NotFound("watchdog", asked.slice(0, 80));
  return hardware.watchdog;
}

function render({ owner }: Kind, { id, hardware: { watchdog } }: Equipped, links: Links): RestTypes["watchdog"][] {
  return watchdog === "none" ? [] : [renderWatchdog(watchdog, { ...owner, id }, links)];
}

function answer(kind: Kind, equipped: Equipped, links: Links, outcome: "done" | "created" = "done"): Answer {
  const [rendered] = render(kind, equipped, links);
  if (rendered === undefined) throw new NotFound("watchdog", equipped.id);
  return entity("watchdog", rendered, outcome);
}

/** @throws OperationRefused for one that only other machines have */
function readWatchdog({ model, action }: RestTypes["watchdog"]): Partial<Watchdog> {
  if (model !== undefined && model !== "i6300esb") {
    throw new OperationRefused("unsupported", attempt, [`Watchdogs of the model ${model} are not supported.`]);
  }
  return { ...(model !== undefined && { model }), ...(action !== undefined && { action }) };
}
