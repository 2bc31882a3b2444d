import { getInstanceType, listInstanceTypes } from "../../db/queries/instance-types.ts";
import type { InstanceType, InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import { mergeHardware } from "../../domain/vm/vm-hardware.ts";
import { createInstanceType } from "../../operations/instance-types/create-instance-type.ts";
import { removeInstanceType } from "../../operations/instance-types/remove-instance-type.ts";
import { updateInstanceType } from "../../operations/instance-types/update-instance-type.ts";
import { pathId, readTexts, required } from "../references.ts";
import { renderInstanceType } from "../representations/instance-type.ts";
import { readHardware } from "../representations/read-hardware.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { selectList } from "../select-list.ts";

/** Open to everybody, as in oVirt: who makes a VM chooses one. */
export const instanceTypeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/instancetypes",
    async handle(request) {
      const types = selectList(request, await listInstanceTypes(request.context.db), searchFields);
      return list(
        "instance_type",
        types.map((type) => renderInstanceType(type, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/instancetypes/:instanceType",
    handle: async (request) =>
      entity("instance_type", renderInstanceType(await instanceTypeOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/instancetypes",
    async handle(request) {
      const body = request.read("instance_type");
      const created = await createInstanceType(request.context, {
        ...readTexts(body),
        name: required(body.name, "InstanceType", "name", "add"),
        hardware: readHardware(body),
      });
      return entity("instance_type", renderInstanceType(created, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/instancetypes/:instanceType",
    async handle(request) {
      const body = request.read("instance_type");
      const updated = await updateInstanceType(request.context, typeIdOf(request), (type) => ({
        ...type,
        ...readTexts(body),
        hardware: mergeHardware(type.hardware, readHardware(body, type.hardware.cpu)),
      }));
      return entity("instance_type", renderInstanceType(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/instancetypes/:instanceType",
    async handle(request) {
      await removeInstanceType(request.context, typeIdOf(request));
      return completed();
    },
  },
];

const searchFields: SearchFields<InstanceType> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  description: ({ description }) => description,
  comment: ({ comment }) => comment,
  mem_size: ({ hardware }) => hardware.memoryBytes,
};

export function typeIdOf(request: Pick<RestRequest, "params">): InstanceTypeId {
  return pathId<InstanceTypeId>("instance type", param(request, "instanceType"));
}

/** @throws NotFound */
export function instanceTypeOf({ context, params }: RestRequest): Promise<InstanceType> {
  return getInstanceType(context.db, typeIdOf({ params }));
}
