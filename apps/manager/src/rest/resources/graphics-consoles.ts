import type { GraphicsConsole } from "@yagura/rest-model";
import { NotFound, OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Links } from "../links.ts";
import { required } from "../references.ts";
import { renderConsole } from "../representations/vm-device.ts";
import { completed, entity, list, param, type Route } from "../route.ts";
import {
  type Equipped,
  type EquippedKind,
  equippedInstanceType,
  equippedTemplate,
  equippedVm,
  manyDevices,
} from "./equipped.ts";

const attempt = "Cannot edit Graphics Console.";

/** The consoles that VMs are made with. Those that a VM has are read in `vm-graphics-consoles.ts`: when it runs, there is more to tell. */
export const graphicsConsoleRoutes: readonly Route[] = [
  ...changes(equippedVm),
  ...reads(equippedTemplate),
  ...changes(equippedTemplate),
  ...reads(equippedInstanceType),
  ...changes(equippedInstanceType),
];

function pathOf({ owner, parameter }: EquippedKind): string {
  return `/${owner.path}/:${parameter}/graphicsconsoles`;
}

function reads(kind: EquippedKind): Route[] {
  return [
    {
      method: "GET",
      path: pathOf(kind),
      handle: async (request) => list("graphics_console", render(kind, await kind.find(request), request.links)),
      ...manyDevices("graphics_console", kind, (equipped, links) => render(kind, equipped, links)),
    },
    {
      method: "GET",
      path: `${pathOf(kind)}/:console`,
      async handle(request) {
        const consoles = render(kind, await kind.find(request), request.links);
        return entity("graphics_console", consoleIn(consoles, param(request, "console")));
      },
    },
  ];
}

function changes(kind: EquippedKind): Route[] {
  return [
    {
      method: "POST",
      path: pathOf(kind),
      async handle(request) {
        const protocol = required(request.read("graphics_console").protocol, "GraphicsConsole", "protocol", "add");
        const { id, hardware } = await kind.find(request);
        await kind.authorize(request.context, id);
        if (protocol !== "vnc")
          throw new OperationRefused("unsupported", attempt, ["Only VNC consoles are supported."]);
        refuseIf(attempt, hardware.display === "vnc" ? ["It has a VNC console already."] : []);
        const [added = {}] = render(kind, await kind.write(request, { display: "vnc" }), request.links);
        return entity("graphics_console", added, "created");
      },
    },
    {
      method: "DELETE",
      path: `${pathOf(kind)}/:console`,
      async handle(request) {
        const equipped = await kind.find(request);
        await kind.authorize(request.context, equipped.id);
        consoleIn(render(kind, equipped, request.links), param(request, "console"));
        await kind.write(request, { display: "none" });
        return completed();
      },
    },
  ];
}

function render({ owner }: EquippedKind, { id, hardware: { display } }: Equipped, links: Links): GraphicsConsole[] {
  return display === "none" ? [] : [renderConsole(display, { ...owner, id }, links)];
}

/** @throws NotFound */
function consoleIn(consoles: readonly GraphicsConsole[], consoleId: string): GraphicsConsole {
  const found = consoles.find(({ id }) => id === consoleId);
  if (found === undefined) throw new NotFound("graphics console", consoleId.slice(0, 80));
  return found;
}
