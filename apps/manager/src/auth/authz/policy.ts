import type { Permit } from "../../domain/user/permits.ts";
import type { ObjectRef, ObjectType, Role } from "../../domain/user/user.ts";

/** A role somebody has on an object, and thereby on everything in it. */
export interface Grant {
  readonly role: Role;
  readonly object: ObjectRef;
}

/** `hidden`: for him the object does not exist. `forbidden`: he sees it, but may not do this to it. */
export type Access = "allowed" | "forbidden" | "hidden";

/**
 * Who may do what to what. Pure: sees only its arguments.
 *
 * @param grants all roles of the one who asks.
 * @param permit what is to be done; `"see"` for reading.
 * @param chain the object itself first, then everything that contains it, in any order: a VM's cluster, its data center
 *   and the system; a disk's storage domain, the VMs it is attached to, the data center and the system. A role on any of
 *   them reaches the object.
 */
export function decideAccess(grants: readonly Grant[], permit: Permit | "see", chain: readonly ObjectRef[]): Access {
  const [object] = chain;
  // An empty chain would be "no object", which must never mean "any object".
  if (object === undefined) return "hidden";
  const reaching = grants.filter((grant) => chain.some((each) => isSame(each, grant.object)));
  if (permit !== "see" && reaching.some(({ role }) => role.permits.includes(permit))) return "allowed";
  const sees = reaching.some((grant) => grant.role.showsChildren || isSame(grant.object, object));
  if (!sees) return "hidden";
  return permit === "see" ? "allowed" : "forbidden";
}

/** What `decideAccess` lets one see, as data: for asking about many objects at once (`visible.ts`). */
export interface Sight {
  /** He sees whatever there is. */
  readonly isWhole: boolean;
  /** The ids of objects that he sees, by type. */
  readonly itself: ReadonlyMap<ObjectType, readonly string[]>;
  /** The ids of objects in which he sees everything, by type. */
  readonly within: ReadonlyMap<ObjectType, readonly string[]>;
}

export function sightOf(grants: readonly Grant[]): Sight {
  const wide = grants.filter(({ role }) => role.showsChildren).map(({ object }) => object);
  return {
    isWhole: wide.some(({ type }) => type === "system"),
    itself: idsByType(grants.map(({ object }) => object)),
    within: idsByType(wide),
  };
}

function idsByType(objects: readonly ObjectRef[]): ReadonlyMap<ObjectType, readonly string[]> {
  const byType = Map.groupBy(objects, ({ type }) => type);
  return new Map([...byType].map(([type, refs]) => [type, [...new Set(refs.map(({ id }) => id))]]));
}

/** Whether he has an administrative role on anything: then the system's own services (all events, jobs, users) are open to him. */
export function isAdministrator(grants: readonly Grant[]): boolean {
  return grants.some(({ role }) => role.isAdministrative);
}

/** Whether any role, anywhere, permits this. Whoever has no `login` cannot log in at all. */
export function hasPermitAnywhere(grants: readonly Grant[], permit: Permit): boolean {
  return grants.some(({ role }) => role.permits.includes(permit));
}

function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return a.type === b.type && a.id === b.id;
}
