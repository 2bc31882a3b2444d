import { createHash } from "node:crypto";
import type { Application, Session } from "@yagura/rest-model";
import type { VmId } from "@yagura/std/ids.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import type { Links } from "../links.ts";
import { manyLists } from "../many.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { cutList } from "../select-list.ts";

/** What the guest's agent says of programs and people in it; a guest without agent says nothing. */
export const vmGuestFactRoutes: readonly Route[] = [
  ...routesOf("applications", "application", "application", renderApplications),
  ...routesOf("sessions", "session", "session", renderSessions),
];

type Fact = Application & Session;

function routesOf(
  path: "applications" | "sessions",
  type: "application" | "session",
  noun: Noun & ("application" | "session"),
  render: (vm: Vm, links: Links) => Fact[],
): Route[] {
  const factsOf = async (request: RestRequest) =>
    render(await request.inventory.vm(param(request, "vm")), request.links);
  return [
    {
      method: "GET",
      path: `/vms/:vm/${path}`,
      handle: async (request) => list(type, cutList(request, await factsOf(request))),
      many: manyLists({ type, name: "vm", searchable: vmSearch }, async ({ context, links }, ids: readonly VmId[]) => {
        const vms = await listVms(context.db, { ids });
        return new Map(vms.map((vm) => [vm.id, render(vm, links)]));
      }),
    },
    {
      method: "GET",
      path: `/vms/:vm/${path}/:item`,
      async handle(request) {
        const id = param(request, "item");
        const found = (await factsOf(request)).find((each) => each.id === id);
        if (found === undefined) throw new NotFound(noun, id.slice(0, 80));
        return entity(type, found);
      },
    },
  ];
}

function renderApplications(vm: Vm, links: Links): Fact[] {
  return (vm.run.guest?.applications ?? []).map((name) => ({
    ...links.of("vm_application", "vms", vm.id, "applications", idOf(name)),
    name,
    vm: links.ref("vms", vm.id),
  }));
}

/** Who is logged in within the guest: nobody of ours, so his name is all that is known of him. */
function renderSessions(vm: Vm, links: Links): Fact[] {
  return (vm.run.guest?.users ?? []).map((name) => ({
    ...links.of("vm_session", "vms", vm.id, "sessions", idOf(name)),
    console_user: false,
    user: { user_name: name },
    vm: links.ref("vms", vm.id),
  }));
}

/** An id that is always the same for the same text, and looks like one. */
function idOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
