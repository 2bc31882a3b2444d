import type { RestTypes } from "@yagura/rest-model";
import { NotFound, OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Watchdog } from "../../domain/vm/vm-hardware.ts";
import type { Links } from "../links.ts";
import { required } from "../references.ts";
import { renderWatchdog } from "../representations/vm-device.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import {
  type Equipped,
  type EquippedKind,
  equippedInstanceType,
  equippedTemplate,
  equippedVm,
  manyDevices,
} from "./equipped.ts";

const attempt = "Cannot edit Watchdog.";

const kinds = [equippedVm, equippedTemplate, equippedInstanceType];

export const watchdogRoutes: readonly Route[] = kinds.flatMap((kind) => routesOf(kind));

function routesOf(kind: EquippedKind): Route[] {
  const path = `/${kind.owner.path}/:${kind.parameter}/watchdogs`;
  return [
    {
      method: "GET",
      path,
      async handle(request) {
        return list("watchdog", render(kind, await kind.find(request), request.links));
      },
      ...manyDevices("watchdog", kind, (equipped, links) => render(kind, equipped, links)),
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
        return answer(kind, await kind.write(request, { watchdog: wanted }), request.links, "created");
      },
    },
    {
      method: "PUT",
      path: `${path}/:watchdog`,
      async handle(request) {
        const before = await watchdogOf(kind, request);
        const wanted = { ...before, ...readWatchdog(request.read("watchdog")) };
        return answer(kind, await kind.write(request, { watchdog: wanted }), request.links);
      },
    },
    {
      method: "DELETE",
      path: `${path}/:watchdog`,
      async handle(request) {
        await watchdogOf(kind, request);
        await kind.write(request, { watchdog: "none" });
        return completed();
      },
    },
  ];
}

/** @throws NotFound */
async function watchdogOf(kind: EquippedKind, request: RestRequest): Promise<Watchdog> {
  const { id, hardware } = await kind.find(request);
  const asked = param(request, "watchdog").toLowerCase();
  if (hardware.watchdog === "none" || asked !== id) throw new NotFound("watchdog", asked.slice(0, 80));
  return hardware.watchdog;
}

function render(
  { owner }: EquippedKind,
  { id, hardware: { watchdog } }: Equipped,
  links: Links,
): RestTypes["watchdog"][] {
  return watchdog === "none" ? [] : [renderWatchdog(watchdog, { ...owner, id }, links)];
}

function answer(kind: EquippedKind, equipped: Equipped, links: Links, outcome: "done" | "created" = "done"): Answer {
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
