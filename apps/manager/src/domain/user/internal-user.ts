import type { UserId } from "@yagura/std/ids.ts";
import { defaultNamespace, type User } from "./user.ts";

/** The domain of our own users. The REST API shows it as `internal-authz`; to log in it is `@internal`. */
export const internalDomain = "internal";

export interface NewInternalUser {
  readonly id: UserId;
  readonly name: string;
  readonly createdAtMs: number;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly department?: string;
}

/** A user of our own: his directory is the table he is in, so he is called there by the id he has here. */
export function internalUser({ id, name, createdAtMs, ...texts }: NewInternalUser): User {
  return {
    id,
    name,
    domain: internalDomain,
    namespace: defaultNamespace,
    externalId: id,
    firstName: texts.firstName ?? "",
    lastName: texts.lastName ?? "",
    email: texts.email ?? "",
    department: texts.department ?? "",
    isEnabled: true,
    createdAtMs,
  };
}

/** "internal-authz", as clients of oVirt write the name of the directory, is the domain "internal". */
export function domainOf(text: string): string {
  return text.toLowerCase().replace(/-authz$/, "");
}
