import type { SsoClient as RestSsoClient } from "@yagura/rest-model";
import { listSsoClients } from "../../db/queries/sso.ts";
import { NotFound } from "../../domain/errors.ts";
import type { SsoClient } from "../../domain/user/sso-client.ts";
import { systemObject } from "../../domain/user/user.ts";
import { createSsoClient } from "../../operations/sso-clients/create-sso-client.ts";
import { removeSsoClient } from "../../operations/sso-clients/remove-sso-client.ts";
import type { Links } from "../links.ts";
import { required } from "../references.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** Programs that people log in to through us: an addition of ours, for who configures the Manager. */
export const ssoClientRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/ssoclients",
    async handle(request) {
      const clients = cutList(request, await clientsOf(request));
      return list(
        "sso_client",
        clients.map((client) => render(client, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/ssoclients/:ssoClient",
    async handle(request) {
      const id = param(request, "ssoClient");
      const client = (await clientsOf(request)).find((each) => each.id === id);
      if (client === undefined) throw new NotFound("sso client", id.slice(0, 80));
      return entity("sso_client", render(client, request.links));
    },
  },
  {
    method: "POST",
    path: "/ssoclients",
    async handle(request) {
      const body = request.read("sso_client");
      const { client, secret } = await createSsoClient(request.context, {
        name: required(body.name, "SsoClient", "name", "add"),
        redirectUris: required(body.redirect_uris, "SsoClient", "redirectUris", "add"),
        isConfidential: body.confidential ?? false,
      });
      const shown = render(client, request.links);
      return entity("sso_client", secret === undefined ? shown : { ...shown, secret }, "created");
    },
  },
  {
    method: "DELETE",
    path: "/ssoclients/:ssoClient",
    async handle(request) {
      await removeSsoClient(request.context, param(request, "ssoClient"));
      return completed();
    },
  },
];

async function clientsOf({ context }: RestRequest): Promise<readonly SsoClient[]> {
  await context.authorize("configure_engine", systemObject);
  return listSsoClients(context.db);
}

function render({ id, redirectUris, secretHash }: SsoClient, links: Links): RestSsoClient {
  return {
    ...links.of("sso_client", "ssoclients", id),
    name: id,
    confidential: secretHash !== undefined,
    redirect_uris: [...redirectUris],
  };
}
