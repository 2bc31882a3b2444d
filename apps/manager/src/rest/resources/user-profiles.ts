import type { Id } from "@yagura/std/ids.ts";
import { findSshPublicKey, listUserOptions } from "../../db/queries/user-profiles.ts";
import { NotFound } from "../../domain/errors.ts";
import type { SshPublicKey, User, UserOption } from "../../domain/user/user.ts";
import { addSshPublicKey, removeSshPublicKey, replaceSshPublicKey } from "../../operations/users/ssh-public-keys.ts";
import { addUserOption, removeUserOption } from "../../operations/users/user-options.ts";
import { pathId, required } from "../references.ts";
import { renderSshPublicKey, renderUserOption } from "../representations/user.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";
import { userOf } from "./users.ts";

/** What a user keeps with himself: options of his clients, and his public SSH key. */
export const userProfileRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/users/:user/options",
    async handle(request) {
      const options = await listUserOptions(request.context.db, (await userOf(request)).id);
      return list(
        "user_option",
        cutList(request, options).map((option) => renderUserOption(option, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/users/:user/options/:option",
    handle: async (request) => entity("user_option", renderUserOption(await optionOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/users/:user/options",
    async handle(request) {
      const user = await userOf(request);
      const body = request.read("user_option");
      const option = await addUserOption(request.context, {
        userId: user.id,
        name: required(body.name, "UserOption", "name", "add"),
        content: required(body.content, "UserOption", "content", "add"),
      });
      return entity("user_option", renderUserOption(option, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/users/:user/options/:option",
    async handle(request) {
      const { userId, id } = await optionOf(request);
      await removeUserOption(request.context, userId, id);
      return completed();
    },
  },
  {
    method: "GET",
    path: "/users/:user/sshpublickeys",
    async handle(request) {
      const key = await findSshPublicKey(request.context.db, (await userOf(request)).id);
      return list("ssh_public_key", key === undefined ? [] : [renderSshPublicKey(key, request.links)]);
    },
  },
  {
    method: "GET",
    path: "/users/:user/sshpublickeys/:sshPublicKey",
    async handle(request) {
      const key = await keyOf(request, await userOf(request));
      return entity("ssh_public_key", renderSshPublicKey(key, request.links));
    },
  },
  {
    method: "POST",
    path: "/users/:user/sshpublickeys",
    async handle(request) {
      const user = await userOf(request);
      const content = required(request.read("ssh_public_key").content, "SshPublicKey", "content", "add");
      const key = await addSshPublicKey(request.context, user.id, content);
      return entity("ssh_public_key", renderSshPublicKey(key, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/users/:user/sshpublickeys/:sshPublicKey",
    async handle(request) {
      const key = await keyOf(request, await userOf(request));
      const { content } = request.read("ssh_public_key");
      const isSame = content === undefined || content === key.content;
      const changed = isSame ? key : await replaceSshPublicKey(request.context, { ...key, content });
      return entity("ssh_public_key", renderSshPublicKey(changed, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/users/:user/sshpublickeys/:sshPublicKey",
    async handle(request) {
      await removeSshPublicKey(request.context, await keyOf(request, await userOf(request)));
      return completed();
    },
  },
];

async function optionOf(request: RestRequest): Promise<UserOption> {
  const user = await userOf(request);
  const optionId = pathId<Id<"user-option">>("user option", param(request, "option"));
  const option = (await listUserOptions(request.context.db, user.id)).find(({ id }) => id === optionId);
  if (option === undefined) throw new NotFound("user option", optionId);
  return option;
}

async function keyOf(request: RestRequest, user: User): Promise<SshPublicKey> {
  const keyId = pathId<Id<"ssh-public-key">>("ssh public key", param(request, "sshPublicKey"));
  const key = await findSshPublicKey(request.context.db, user.id);
  if (key?.id !== keyId) throw new NotFound("ssh public key", keyId);
  return key;
}
