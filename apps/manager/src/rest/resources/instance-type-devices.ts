import type { Nic as RestNic } from "@yagura/rest-model";
import { type NicId, newId } from "@yagura/std/ids.ts";
import { NotFound, OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { InstanceNic, InstanceType } from "../../domain/instance-type/instance-type.ts";
import { identifierProblems } from "../../domain/names.ts";
import { updateInstanceType } from "../../operations/instance-types/update-instance-type.ts";
import { defined } from "../defined.ts";
import { pathId, required } from "../references.ts";
import { renderInstanceNic } from "../representations/instance-type.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";
import { instanceTypeOf, typeIdOf } from "./instance-types.ts";

const attempt = "Cannot edit Instance Type.";
const nics = "/instancetypes/:instanceType/nics";

/** The NICs that VMs of an instance type get. */
export const instanceTypeDeviceRoutes: readonly Route[] = [
  {
    method: "GET",
    path: nics,
    async handle(request) {
      const type = await instanceTypeOf(request);
      return list(
        "nic",
        cutList(request, type.nics).map((nic) => renderInstanceNic(type, nic, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: `${nics}/:instanceNic`,
    async handle(request) {
      return answerNic(request, await instanceTypeOf(request), nicIdOf(request));
    },
  },
  {
    method: "POST",
    path: nics,
    async handle(request) {
      const body = request.read("nic");
      const name = required(body.name, "Nic", "name", "add");
      const nic: InstanceNic = { id: newId<NicId>(), interface: readInterface(body) ?? "virtio", name };
      const type = await changeNics(request, (all) => [...all, nic]);
      return answerNic(request, type, nic.id, "created");
    },
  },
  {
    method: "PUT",
    path: `${nics}/:instanceNic`,
    async handle(request) {
      const body = request.read("nic");
      const changes = defined({ name: body.name, interface: readInterface(body) });
      const nicId = nicIdOf(request);
      const type = await changeNics(request, (all) =>
        all.map((nic) => (nic.id === nicId ? { ...nic, ...changes } : nic)),
      );
      return answerNic(request, type, nicId);
    },
  },
  {
    method: "DELETE",
    path: `${nics}/:instanceNic`,
    async handle(request) {
      const nicId = nicIdOf(request);
      await changeNics(request, (all) => {
        if (!all.some(({ id }) => id === nicId)) throw new NotFound("nic", nicId);
        return all.filter(({ id }) => id !== nicId);
      });
      return completed();
    },
  },
];

function nicIdOf(request: RestRequest): NicId {
  return pathId<NicId>("nic", param(request, "instanceNic"));
}

/** @throws OperationRefused for what is for hosts only */
function readInterface({ interface: model }: RestNic): InstanceNic["interface"] | undefined {
  if (model === undefined || model === "virtio" || model === "e1000" || model === "e1000e" || model === "rtl8139") {
    return model;
  }
  throw new OperationRefused("unsupported", attempt, [`Network interfaces of the type ${model} are not supported.`]);
}

function changeNics(
  { context, params }: RestRequest,
  change: (all: readonly InstanceNic[]) => readonly InstanceNic[],
): Promise<InstanceType> {
  return updateInstanceType(context, typeIdOf({ params }), (type) => {
    const changed = change(type.nics);
    refuseIf(
      attempt,
      changed.flatMap(({ name }) => identifierProblems("network interface", name, 50)),
      "invalid",
    );
    const isDouble = new Set(changed.map(({ name }) => name)).size < changed.length;
    refuseIf(attempt, isDouble ? ["The network interface name is already in use."] : []);
    return { ...type, nics: changed };
  });
}

/** @throws NotFound */
function answerNic(
  { links }: RestRequest,
  type: InstanceType,
  nicId: NicId,
  outcome: "done" | "created" = "done",
): Answer {
  const nic = type.nics.find(({ id }) => id === nicId);
  if (nic === undefined) throw new NotFound("nic", nicId);
  return entity("nic", renderInstanceNic(type, nic, links), outcome);
}
