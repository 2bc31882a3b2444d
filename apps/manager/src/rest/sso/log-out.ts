import { findProvenClient } from "../../auth/sso/clients.ts";
import { apiScope } from "./scopes.ts";
import {
  answer,
  clientProblem,
  readClient,
  refuse,
  type SsoAnswer,
  type SsoParts,
  type SsoRequest,
} from "./sso-request.ts";

/** Ends all that the token's login has begun; it is no error if there is nothing. A client that names itself proves it. */
export async function logOut(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const client = readClient(request);
  if (client.secret !== undefined) {
    const problem = clientProblem(await findProvenClient(parts.db, client));
    if (problem !== undefined) return refuse(request.form.get("scope") ?? apiScope, problem);
  }
  const session = await parts.sessions.logOut(request.form.get("token"));
  const user = session && (await parts.store.findUserById(session.userId));
  if (user !== undefined) {
    parts.audit.tell({ name: "userLoggedOut", userId: user.id, userName: `${user.name}@${user.domain}` });
  }
  return answer({});
}
