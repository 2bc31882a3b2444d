import type { GraphicsConsole } from "@yagura/rest-model";
import type { VmId } from "@yagura/std/ids.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import type { Links } from "../links.ts";
import { manyLists } from "../many.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { cutList } from "../select-list.ts";

/** Consoles of a VM to read; tickets for them come with the console proxy. */
export const vmGraphicsConsoleRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms/:vm/graphicsconsoles",
    async handle(request) {
      const vm = await request.inventory.vm(param(request, "vm"));
      return list("graphics_console", cutList(request, renderConsoles(vm, request.links, isCurrent(request))));
    },
    many: manyLists(
      { type: "graphics_console", name: "vm", searchable: vmSearch },
      async (request, ids: readonly VmId[]) => {
        const vms = await listVms(request.context.db, { ids });
        return new Map(vms.map((vm) => [vm.id, renderConsoles(vm, request.links, isCurrent(request))]));
      },
    ),
  },
  {
    method: "GET",
    path: "/vms/:vm/graphicsconsoles/:console",
    async handle(request) {
      const vm = await request.inventory.vm(param(request, "vm"));
      const consoleId = param(request, "console");
      const found = renderConsoles(vm, request.links, isCurrent(request)).find(({ id }) => id === consoleId);
      if (found === undefined) throw new NotFound("graphics console", consoleId.slice(0, 80));
      return entity("graphics_console", found);
    },
  },
];

function isCurrent({ query }: RestRequest): boolean {
  return query.findBoolean("current") ?? false;
}

/**
 * The id of a console is its protocol in hex, as oVirt has it: clients compute it ("vnc" is 766e63).
 * With `isCurrent` what the running guest has, with address and port; else what the VM is made with.
 */
function renderConsoles(vm: Vm, links: Links, isCurrentWanted: boolean): GraphicsConsole[] {
  const running = vm.run.displays;
  const wanted = vm.hardware.display === "none" ? [] : [vm.hardware.display];
  const protocols = isCurrentWanted ? running.map(({ type }) => type) : wanted;
  return protocols.map((protocol) => {
    const display = running.find(({ type }) => type === protocol);
    const id = Buffer.from(protocol).toString("hex");
    return {
      ...links.of("vm_graphics_console", "vms", vm.id, "graphicsconsoles", id),
      protocol,
      ...(display !== undefined && {
        address: display.address,
        ...(display.port !== undefined && { port: display.port }),
        ...(display.tlsPort !== undefined && { tls_port: display.tlsPort }),
      }),
      vm: links.ref("vms", vm.id),
    };
  });
}
