import type { UserId } from "@yagura/std/ids.ts";
import { splitUserName } from "../../auth/authn/login.ts";
import { findUser, listUsers } from "../../db/queries/users.ts";
import { NotFound } from "../../domain/errors.ts";
import type { User } from "../../domain/user/user.ts";
import { createUser } from "../../operations/users/create-user.ts";
import { removeUser } from "../../operations/users/remove-user.ts";
import { updateUser } from "../../operations/users/update-user.ts";
import { defined } from "../defined.ts";
import { pathId, required } from "../references.ts";
import { renderUser } from "../representations/user.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { selectList } from "../select-list.ts";

/** Whoever administers nothing sees only himself. */
export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/users",
    async handle(request) {
      const visible = (await listUsers(request.context.db)).filter((user) => maySee(request, user.id));
      const found = selectList(request, visible, searchFields);
      return list(
        "user",
        found.map((user) => renderUser(user, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/users/:user",
    handle: async (request) => entity("user", renderUser(await userOf(request), request.links)),
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
        domain: (parts?.domain ?? body.domain?.name ?? "internal").replace(/-authz$/, ""),
        ...defined({
          firstName: body.name,
          lastName: body.last_name,
          email: body.email,
          password: body.password,
        }),
      });
      return entity("user", renderUser(created, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/users/:user",
    async handle(request) {
      const { password } = request.read("user");
      const { id } = await userOf(request);
      const updated = await updateUser(request.context, { userId: id, ...defined({ password }) });
      return entity("user", renderUser(updated, request.links));
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
];

/** @throws NotFound also for others, to whom it is not told */
export async function userOf(request: RestRequest): Promise<User> {
  const userId = pathId<UserId>("user", param(request, "user"));
  const user = maySee(request, userId) ? await findUser(request.context.db, userId) : undefined;
  if (user === undefined) throw new NotFound("user", userId);
  return user;
}

function maySee({ context: { actor } }: RestRequest, userId: UserId): boolean {
  return actor.isAdministrator || actor.userId === userId;
}

const searchFields: SearchFields<User> = {
  id: ({ id }) => id,
  name: ({ firstName, name }) => (firstName === "" ? name : firstName),
  lastname: ({ lastName }) => lastName,
  // Both ways in which clients write it.
  usrname: ({ name, domain }) => [name, `${name}@${domain}`, `${name}@${domain}-authz`],
  login: ({ name }) => name,
  directory: ({ domain }) => [domain, `${domain}-authz`],
  email: ({ email }) => email,
};
