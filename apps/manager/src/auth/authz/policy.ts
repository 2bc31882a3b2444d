import type { Permit } from "./permits.ts";
import { findRole, type Role } from "./roles.ts";

export type ObjectKind =
  | "system"
  | "data-center"
  | "cluster"
  | "host"
  | "storage-domain"
  | "network"
  | "vnic-profile"
  | "vm"
  | "template"
  | "disk"
  | "user"
  | "job"
  | "event"
  | "mac-pool";

export interface ObjectRef {
  readonly kind: ObjectKind;
  readonly id: string;
}

/** oVirt's id of the system as an object of permissions. */
export const systemObject: ObjectRef = { kind: "system", id: "aaa00000-0000-0000-0000-123456789aaa" };

/** A role somebody has on an object, and thereby on everything below it. */
export interface Grant {
  readonly roleId: string;
  readonly object: ObjectRef;
}

export interface Actor {
  readonly userId: string;
  /** `name@domain`, as events and jobs show it. */
  readonly userName: string;
  readonly grants: readonly Grant[];
}

/** `hidden`: for this actor the object does not exist. `forbidden`: he sees it, but may not do this to it. */
export type Access = "allowed" | "forbidden" | "hidden";

/**
 * Who may do what to what. Pure: sees only its arguments.
 *
 * @param permit what is to be done; `"see"` for reading.
 * @param chain the object itself first, then everything that contains it, in any order: a VM's cluster, its data center
 *   and the system; a disk's storage domains, the VMs it is attached to, the data center and the system. A role on any of
 *   them reaches the object.
 */
export function decideAccess(actor: Actor, permit: Permit | "see", chain: readonly ObjectRef[]): Access {
  const [object] = chain;
  // An empty chain would be "no object", which must never mean "any object".
  if (object === undefined) return "hidden";
  let sees = false;
  for (const grant of actor.grants) {
    const role = findRole(grant.roleId);
    if (role === undefined || !reaches(grant.object, chain)) continue;
    if (permit !== "see" && role.permits.includes(permit)) return "allowed";
    sees ||= showsObject(role, grant, object);
  }
  if (!sees) return "hidden";
  return permit === "see" ? "allowed" : "forbidden";
}

/** Whether the actor has an administrative role on anything: then the system's own services are open to him. */
export function isAdministrator(actor: Actor): boolean {
  return actor.grants.some(({ roleId }) => findRole(roleId)?.administrative === true);
}

/** Whether any role of the actor, anywhere, permits this. Whoever has no `login` cannot log in at all. */
export function hasPermitAnywhere(actor: Actor, permit: Permit): boolean {
  return actor.grants.some(({ roleId }) => findRole(roleId)?.permits.includes(permit) === true);
}

function reaches(granted: ObjectRef, chain: readonly ObjectRef[]): boolean {
  return chain.some(({ kind, id }) => kind === granted.kind && id === granted.id);
}

function showsObject(role: Role, grant: Grant, object: ObjectRef): boolean {
  return role.seesChildren || (grant.object.kind === object.kind && grant.object.id === object.id);
}
