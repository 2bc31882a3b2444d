import { type Permit, permitFacts } from "./permits.ts";
import type { Role, RoleId } from "./user.ts";

export interface AskedRole {
  readonly id: RoleId;
  readonly name: string;
  readonly description: string;
  readonly isAdministrative: boolean;
  readonly permits: readonly Permit[];
}

/** A role that somebody made: whether it shows what is inside follows from what it permits. Pure. */
export function roleOfOwn(asked: AskedRole): Role {
  const permits = [...new Set(asked.permits)];
  return {
    ...asked,
    permits,
    isPredefined: false,
    showsChildren: permits.some((permit) => permitFacts[permit].showsChildren),
  };
}

const NAME_CHARACTERS_MAX = 126;

/** Why a role cannot be as it is asked for; none when it can. The sentences are those that clients of oVirt know. */
export function roleProblems({ name, isAdministrative, permits }: AskedRole): string[] {
  const isBeyondUsers = !isAdministrative && permits.some((permit) => permitFacts[permit].isAdministrative);
  return [
    ...(name.length > NAME_CHARACTERS_MAX ? [`Role name must not exceed ${NAME_CHARACTERS_MAX} characters`] : []),
    ...(/^[\p{L}\p{N}_-]+$/u.test(name) ? [] : ["Role name may only contain letters, numbers, '-', or '_'."]),
    ...(isBeyondUsers ? ["Cannot add administrator's action group to a User Role."] : []),
  ];
}
