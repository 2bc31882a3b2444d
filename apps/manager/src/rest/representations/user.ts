import type {
  Domain,
  Group as RestGroup,
  SshPublicKey as RestKey,
  UserOption as RestOption,
  User as RestUser,
} from "@yagura/rest-model";
import { internalDomain } from "../../domain/user/internal-user.ts";
import type { Group, SshPublicKey, User, UserOption } from "../../domain/user/user.ts";
import type { Links } from "../links.ts";

/** Clients look users up as `admin@internal-authz`; to log in it is `admin@internal`. */
export function renderUser(user: User, links: Links, options: readonly UserOption[] = []): RestUser {
  return {
    ...links.of("user", "users", user.id),
    ...userMembers(user),
    domain: renderDomainReference(user.domain, links),
    // Ours: told only when it is not as clients expect.
    ...(!user.isEnabled && { enabled: false }),
    ...(options.length > 0 && { user_options: options.map(({ name, content }) => ({ name, value: content })) }),
  };
}

/** A user as his directory has him: with its id of him. */
export function renderDirectoryUser(user: User, links: Links): RestUser {
  const domainId = directoryId(directoryOf(user.domain));
  return {
    ...links.of("domain_user", "domains", domainId, "users", directoryId(user.externalId)),
    ...userMembers(user),
    domain: renderDomainReference(user.domain, links),
  };
}

function userMembers(user: User): RestUser {
  return {
    name: user.firstName === "" ? user.name : user.firstName,
    last_name: user.lastName,
    user_name: `${user.name}@${directoryOf(user.domain)}`,
    principal: user.name,
    namespace: user.namespace,
    domain_entry_id: directoryId(user.externalId),
    department: user.department,
    email: user.email,
  };
}

export function renderGroup(group: Group, links: Links): RestGroup {
  return {
    ...links.of("group", "groups", group.id),
    ...groupMembers(group, links),
  };
}

export function renderDirectoryGroup(group: Group, links: Links): RestGroup {
  const domainId = directoryId(directoryOf(group.domain));
  return {
    ...links.of("domain_group", "domains", domainId, "groups", directoryId(group.externalId)),
    ...groupMembers(group, links),
  };
}

function groupMembers(group: Group, links: Links): RestGroup {
  return {
    name: group.name,
    namespace: group.namespace,
    domain_entry_id: directoryId(group.externalId),
    ...(group.domain !== "" && { domain: renderDomainReference(group.domain, links) }),
  };
}

/** The directories there are: so far our own. */
export const directories: readonly string[] = [directoryOf(internalDomain)];

export function renderDomain(directory: string, links: Links): Domain {
  return { ...links.of("domain", "domains", directoryId(directory)), name: directory };
}

function renderDomainReference(domain: string, links: Links): Domain {
  const directory = directoryOf(domain);
  return { ...links.ref("domains", directoryId(directory)), name: directory };
}

/** Of the domain `internal` the directory is `internal-authz`. */
function directoryOf(domain: string): string {
  return `${domain}-authz`;
}

/** What a directory calls something may be any text; in an id of the API it stands as hexadecimal digits, as oVirt has it. */
export function directoryId(text: string): string {
  return Buffer.from(text, "utf8").toString("hex").toUpperCase();
}

export function renderUserOption(option: UserOption, links: Links): RestOption {
  const { userId, id, name, content } = option;
  return { ...links.ref("users", userId, "options", id), name, content, user: links.ref("users", userId) };
}

export function renderSshPublicKey({ userId, id, content }: SshPublicKey, links: Links): RestKey {
  return {
    ...links.of("ssh_public_key", "users", userId, "sshpublickeys", id),
    content,
    user: links.ref("users", userId),
  };
}
