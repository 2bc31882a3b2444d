import { loadObjectChain } from "../../auth/authz/object-chain.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import { isSameObject, type ObjectRef, type ObjectType } from "../../domain/user/user.ts";
import { pathId } from "../references.ts";
import { param, type RestRequest } from "../route.ts";

/** Where an object that has permissions is: the last id of the path is its own. */
export interface PermissionPlace {
  readonly path: string;
  readonly type: ObjectType;
  readonly noun: Noun;
  /** When it is reached through something: that, by the parameter that has its id. */
  readonly within?: { readonly type: ObjectType; readonly parameter: string };
}

const network = { type: "network", parameter: "network" } as const;

/** A kind of object that has permissions gets a line here. */
export const permissionPlaces: readonly PermissionPlace[] = [
  { path: "/vms/:vm", type: "vm", noun: "vm" },
  { path: "/templates/:template", type: "template", noun: "template" },
  { path: "/disks/:disk", type: "disk", noun: "disk" },
  { path: "/hosts/:host", type: "host", noun: "host" },
  { path: "/clusters/:cluster", type: "cluster", noun: "cluster" },
  { path: "/datacenters/:dataCenter", type: "data_center", noun: "data center" },
  { path: "/storagedomains/:storageDomain", type: "storage_domain", noun: "storage domain" },
  { path: "/networks/:network", type: "network", noun: "network" },
  { path: "/networks/:network/vnicprofiles/:vnicProfile", type: "vnic_profile", noun: "vnic profile", within: network },
  { path: "/vnicprofiles/:vnicProfile", type: "vnic_profile", noun: "vnic profile" },
  { path: "/macpools/:macPool", type: "mac_pool", noun: "mac pool" },
];

/** The object that a request names. @throws NotFound also when it is not in what it is reached through */
export async function objectIn(
  { path, type, noun, within }: PermissionPlace,
  request: RestRequest,
): Promise<ObjectRef> {
  const parameter = path.slice(path.lastIndexOf(":") + 1);
  const object: ObjectRef = { type, id: pathId(noun, param(request, parameter)) };
  if (within === undefined) return object;
  const container: ObjectRef = { type: within.type, id: pathId(noun, param(request, within.parameter)) };
  await request.context.authorize("see", container);
  const chain = await loadObjectChain(request.context.db, object);
  if (!chain.some((each) => isSameObject(each, container))) throw new NotFound(noun, object.id);
  return object;
}
