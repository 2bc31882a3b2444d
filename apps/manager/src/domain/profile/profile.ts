import type { Id } from "@yagura/std/ids.ts";
import type { QosId } from "../qos/qos.ts";

export type ProfileId = Id<"profile">;

/** `cpu`: of a cluster, for the CPUs of VMs; `disk`: of a storage domain, for the disks on it. */
export type ProfileKind = "cpu" | "disk";

/** A name under which a limit is used in one place. Each cluster and each storage domain has one from the beginning. */
export interface Profile {
  readonly kind: ProfileKind;
  readonly id: ProfileId;
  readonly name: string;
  readonly description: string;
  /** The id of its cluster or storage domain. */
  readonly ownerId: string;
  /** None: unlimited. */
  readonly qosId?: QosId;
}

/** The first profile of a cluster or storage domain: called as that, and with its id, so that it is made once only. */
export function firstProfile(kind: ProfileKind, owner: { readonly id: string; readonly name: string }): Profile {
  return { kind, id: owner.id as ProfileId, name: owner.name, description: "", ownerId: owner.id };
}
