import type { User as RestUser } from "@yagura/rest-model";
import type { UserId } from "@yagura/std/ids.ts";
import { splitUserName } from "../../auth/authn/login.ts";
import { listGroupsOf } from "../../db/queries/groups.ts";
import { listUserOptions } from "../../db/queries/user-profiles.ts";
import { findUser, listUsers } from "../../db/queries/users.ts";
import { NotFound } from "../../domain/errors.ts";
import { domainOf } from "../../domain/user/internal-user.ts";
import type { User, UserOption } from "../../domain/user/user.ts";
import { createUser } from "../../operations/users/create-user.ts";
import { removeUser } from "../../operations/users/remove-user.ts";
import { updateUser } from "../../operations/users/update-user.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { type BodyReference, pathId, required } from "../references.ts";
import { directoryId, renderGroup, renderUser } from "../representations/user.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { userSearch } from "../search/fields/users.ts";
import type { SearchFields } from "../search/select.ts";

/** Whoever administers nothing sees only himself. */
export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/users",
    async handle(request) {
      return foundList(request, "user", userSearch, (ids) => readUsers(request, ids as UserId[]));
    },
  },
  {
    method: "GET",
    path: "/users/:user",
    async handle(request) {
      const user = await userOf(request);
      return entity("user", renderUser(user, request.links, await optionsOf(request, user)));
    },
    many: manyEntities({ type: "user", name: "user", searchable: userSearch }, readUsers),
  },
  {
    method: "POST",
    path: "/users",
    async handle(request) {
      const body = request.read("user");
      const userName = required(body.user_name ?? body.principal, "User", "userName", "add");
      const parts = splitUserName(userName);
      const created = await createUser(request.context, {
        name: parts?.name ?? userName,
        domain: domainOf(parts?.domain ?? readDomain(body.domain)),
        ...readTexts(body),
        ...defined({ password: body.password }),
      });
      return entity("user", renderUser(created, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/users/:user",
    async handle(request) {
      const body = request.read("user");
      const user = await userOf(request);
      // Clients send back what they have read: that is no wish for a change.
      const same = renderUser(user, request.links);
      const texts = { name: changed(body.name, same.name), ...changedTexts(body, same) };
      const isEnabled = changed(body.enabled, user.isEnabled);
      const updated = await updateUser(request.context, {
        userId: user.id,
        ...readTexts(texts),
        ...defined({ password: body.password, isEnabled }),
      });
      return entity("user", renderUser(updated, request.links, await optionsOf(request, user)));
    },
  },
  {
    method: "DELETE",
    path: "/users/:user",
    async handle(request) {
      await removeUser(request.context, (await userOf(request)).id);
      return completed();
    },
  },
  {
    method: "GET",
    path: "/users/:user/groups",
    async handle(request) {
      const groups = await listGroupsOf(request.context.db, (await userOf(request)).id);
      return list(
        "group",
        groups.map((group) => renderGroup(group, request.links)),
      );
    },
  },
];

async function readUsers({ context, links }: RestRequest, ids: readonly UserId[]): Promise<RestUser[]> {
  const users = await listUsers(context.db, { ids });
  const options = Map.groupBy(await listUserOptions(context.db), ({ userId }) => userId);
  return users.map((user) => renderUser(user, links, options.get(user.id)));
}

/** @throws NotFound also for others, to whom it is not told */
export async function userOf(request: RestRequest): Promise<User> {
  const userId = pathId<UserId>("user", param(request, "user"));
  const user = maySee(request, userId) ? await findUser(request.context.db, userId) : undefined;
  if (user === undefined) throw new NotFound("user", userId);
  return user;
}

export async function visibleUsers(request: RestRequest): Promise<readonly User[]> {
  return (await listUsers(request.context.db)).filter((user) => maySee(request, user.id));
}

function maySee({ context: { actor } }: RestRequest, userId: UserId): boolean {
  return actor.isAdministrator || actor.userId === userId;
}

export const userSearchFields: SearchFields<User> = {
  id: ({ id }) => id,
  name: ({ firstName, name }) => (firstName === "" ? name : firstName),
  lastname: ({ lastName }) => lastName,
  // Both ways in which clients write it.
  usrname: namesOf,
  username: namesOf,
  login: ({ name }) => name,
  principal: ({ name }) => name,
  namespace: ({ namespace }) => namespace,
  directory: ({ domain }) => [domain, `${domain}-authz`],
  domain: ({ domain }) => [domain, `${domain}-authz`],
  department: ({ department }) => department,
  email: ({ email }) => email,
  type: () => "user",
};

function namesOf({ name, domain }: User): readonly string[] {
  return [name, `${name}@${domain}`, `${name}@${domain}-authz`];
}

function optionsOf({ context }: RestRequest, user: User): Promise<readonly UserOption[]> {
  return listUserOptions(context.db, user.id);
}

/** The domain that a body names, by its name or its id; our own if it names none. */
export function readDomain(domain: BodyReference | undefined): string {
  const directory = domain?.name ?? domain?.id ?? "internal";
  return directory.toUpperCase() === directoryId("internal-authz") ? "internal" : directory;
}

interface UserTexts {
  readonly name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly email?: string | undefined;
  readonly department?: string | undefined;
}

function readTexts({ name, last_name: lastName, email, department }: UserTexts) {
  return defined({ firstName: name, lastName, email, department });
}

function changedTexts(body: UserTexts, have: UserTexts): UserTexts {
  return {
    last_name: changed(body.last_name, have.last_name),
    email: changed(body.email, have.email),
    department: changed(body.department, have.department),
  };
}

function changed<T>(wish: T | undefined, have: T | undefined): T | undefined {
  return wish === have ? undefined : wish;
}
