import { findProvenClient } from "../../auth/sso/clients.ts";
import { listGroupsOf } from "../../db/queries/groups.ts";
import { everyoneGroupId } from "../../domain/user/user.ts";
import { apiScope, scopesOf } from "./scopes.ts";
import {
  answer,
  clientProblem,
  grantExpired,
  readClient,
  refuse,
  type SsoAnswer,
  type SsoParts,
  type SsoRequest,
} from "./sso-request.ts";

/** Whoever asks so only wants to know that the token is good. */
const validateScope = "ovirt-ext=token-info:validate";

/** POST /ovirt-engine/sso/oauth/token-info: whose token it is, to whoever has it. */
export async function describeToken(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const scope = request.form.get("scope") ?? apiScope;
  const client = readClient(request);
  if (client.clientId !== undefined) {
    const problem = clientProblem(await findProvenClient(parts.db, client));
    if (problem !== undefined) return refuse(scope, problem);
  }
  const session = await parts.sessions.find(request.form.get("token"));
  const user = session?.kind === "token" ? await parts.store.findUserById(session.userId) : undefined;
  if (session === undefined || user?.isEnabled !== true) return refuse(scope, grantExpired);
  if (scopesOf(scope).includes(validateScope)) return answer({});
  const groups = (await listGroupsOf(parts.db, user.id)).filter(({ id }) => id !== everyoneGroupId);
  return answer({
    active: true,
    token_type: "bearer",
    client_id: session.clientId,
    user_id: `${user.name}@${user.domain}`,
    user_authz: `${user.domain}-authz`,
    scope: session.scope,
    exp: String(session.expiresAtMs),
    ovirt: {
      version: "0",
      principal_id: user.externalId,
      email: user.email,
      namespace: user.namespace,
      first_name: user.firstName,
      last_name: user.lastName,
      group_ids: groups.map(({ name, domain, namespace, externalId }) => ({
        name,
        id: externalId,
        authz: `${domain}-authz`,
        namespace,
      })),
      capability_credentials_change: true,
    },
  });
}
