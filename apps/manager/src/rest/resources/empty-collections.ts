import type { RestTypeName } from "@yagura/rest-model";
import { manyLists } from "../many.ts";
import { NoSuchPath } from "../refusals.ts";
import { list, param, type RestRequest, type Route } from "../route.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { vmSearch } from "../search/fields/vms.ts";

/**
 * Collections that clients read in passing, of things that do not exist here yet: they are empty, which is true. Ansible
 * lists the NUMA nodes of each VM, ManageIQ and libgovirt follow snapshots.
 */
const empty: readonly { readonly path: string; readonly type: RestTypeName }[] = [
  { path: "/vms/:vm/hostdevices", type: "host_device" },
  { path: "/vms/:vm/numanodes", type: "virtual_numa_node" },
  { path: "/vms/:vm/snapshots", type: "snapshot" },
  { path: "/hosts/:host/fenceagents", type: "agent" },
  { path: "/hosts/:host/storage", type: "host_storage" },
];

export const emptyCollectionRoutes: readonly Route[] = empty.flatMap(({ path, type }): Route[] => [
  {
    method: "GET",
    path,
    async handle(request) {
      await requireOwner(request);
      return list(type, []);
    },
    many: path.startsWith("/vms/")
      ? manyLists({ type, name: "vm", searchable: vmSearch }, async () => new Map())
      : manyLists({ type, name: "host", searchable: hostSearch }, async () => new Map()),
  },
  {
    method: "GET",
    path: `${path}/:item`,
    // Ansible asks for the snapshot "None" and takes 404 for the answer.
    handle: ({ params }) => Promise.reject(new NoSuchPath(params["item"] ?? "")),
  },
]);

/** Of something that the caller may not see there is not even an empty list. */
async function requireOwner(request: RestRequest): Promise<void> {
  const { inventory, params } = request;
  if (params["vm"] !== undefined) await inventory.vm(param(request, "vm"));
  else if (params["host"] !== undefined) await inventory.host(param(request, "host"));
  else await inventory.template(param(request, "template"));
}
