import type { RestTypeName, RestTypes } from "@yagura/rest-model";
import type { TemplateId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { listTemplates } from "../../db/queries/templates.ts";
import { listVms } from "../../db/queries/vms.ts";
import type { InstanceType } from "../../domain/instance-type/instance-type.ts";
import { systemObject } from "../../domain/user/user.ts";
import type { VmHardware } from "../../domain/vm/vm-hardware.ts";
import { updateInstanceType } from "../../operations/instance-types/update-instance-type.ts";
import { updateTemplate } from "../../operations/templates/update-template.ts";
import { updateVm } from "../../operations/vms/update-vm.ts";
import type { Links } from "../links.ts";
import { manyLists } from "../many.ts";
import type { DeviceOwner } from "../representations/vm-device.ts";
import { param, type RestRequest, type Route } from "../route.ts";
import type { Searchable } from "../search/field.ts";
import { templateSearch } from "../search/fields/templates.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { instanceTypeOf, typeIdOf } from "./instance-types.ts";

/** One thing that has hardware. */
export interface Equipped {
  readonly id: string;
  readonly hardware: VmHardware;
}

/** A kind of thing that has hardware, whose devices have documents of their own below it. */
export interface EquippedKind {
  readonly owner: Omit<DeviceOwner, "id">;
  /** As it stands in the path: `/vms/:vm`. */
  readonly parameter: string;
  find(request: RestRequest): Promise<Equipped>;
  /** Asked before its state is looked at, which is not for everybody. @throws NotAllowed */
  authorize(context: OpContext, id: string): Promise<void>;
  /** Those with these ids in one query, of kinds that long lists have. */
  readonly many?: {
    readonly searchable: Searchable;
    find(db: Db, ids: readonly string[]): Promise<readonly Equipped[]>;
  };
  /** How it is afterwards. */
  write(request: RestRequest, changes: Partial<VmHardware>): Promise<Equipped>;
}

export const equippedVm: EquippedKind = {
  owner: { member: "vm", path: "vms" },
  parameter: "vm",
  find: (request) => request.inventory.vm(param(request, "vm")),
  many: { searchable: vmSearch, find: (db, ids) => listVms(db, { ids: ids as readonly VmId[] }) },
  authorize: (context, id) => context.authorize("edit_vm_properties", { type: "vm", id }),
  async write(request, hardware) {
    const { id } = await request.inventory.vm(param(request, "vm"));
    return updateVm(request.context, { vmId: id, hardware });
  },
};

export const equippedTemplate: EquippedKind = {
  owner: { member: "template", path: "templates" },
  parameter: "template",
  find: (request) => request.inventory.template(param(request, "template")),
  many: { searchable: templateSearch, find: (db, ids) => listTemplates(db, { ids: ids as readonly TemplateId[] }) },
  authorize: (context, id) => context.authorize("edit_template_properties", { type: "template", id }),
  async write(request, hardware) {
    const { id } = await request.inventory.template(param(request, "template"));
    return updateTemplate(request.context, { templateId: id, hardware });
  },
};

export const equippedInstanceType: EquippedKind = {
  owner: { member: "instance_type", path: "instancetypes" },
  parameter: "instanceType",
  find: instanceTypeOf,
  authorize: (context) => context.authorize("edit_template_properties", systemObject),
  async write(request, changes) {
    const change = (type: InstanceType) => ({ ...type, hardware: { ...type.hardware, ...changes } });
    return updateInstanceType(request.context, typeIdOf(request), change);
  },
};

/** `many` of a list of devices, where the kind can be found in bulk. */
export function manyDevices<K extends RestTypeName>(
  type: K,
  kind: EquippedKind,
  render: (equipped: Equipped, links: Links) => readonly RestTypes[K][],
): Pick<Route, "many"> {
  const { many, parameter: name } = kind;
  if (many === undefined) return {};
  return {
    many: manyLists({ type, name, searchable: many.searchable }, async ({ context, links }, ids) => {
      const found = await many.find(context.db, ids);
      return new Map(found.map((each) => [each.id, render(each, links)]));
    }),
  };
}
