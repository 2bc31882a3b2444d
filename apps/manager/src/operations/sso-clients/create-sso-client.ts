import { newToken } from "../../auth/authn/tokens.ts";
import { hashSecret } from "../../auth/sso/clients.ts";
import type { OpContext } from "../../context.ts";
import { findSsoClient, insertSsoClient } from "../../db/queries/sso.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { redirectProblems, reservedClientIds, type SsoClient } from "../../domain/user/sso-client.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add SSO client.";
const REDIRECT_URIS_MAX = 20;

export interface AskedSsoClient {
  /** Its `client_id`. */
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** It runs where a secret keeps, and gets one. */
  readonly isConfidential: boolean;
}

/** Makes a program known that lets people log in through us. The secret is told once; we keep its hash. */
export async function createSsoClient(
  context: OpContext,
  asked: AskedSsoClient,
): Promise<{ readonly client: SsoClient; readonly secret?: string }> {
  await context.authorize("configure_engine", systemObject);
  refuseIf(attempt, problemsOf(asked), "invalid");
  const secret = asked.isConfidential ? newToken() : undefined;
  const client: SsoClient = {
    id: asked.name,
    redirectUris: asked.redirectUris,
    ...(secret !== undefined && { secretHash: hashSecret(secret) }),
    createdAtMs: context.clock.nowMs(),
  };
  await transaction(context.db, async (tx) => {
    const isTaken = (await findSsoClient(tx, client.id)) !== undefined;
    refuseIf(attempt, isTaken ? ["There is a client of this name already."] : []);
    await insertSsoClient(tx, client);
    await announce(tx, context.clock, { name: "ssoClientAdded", ...byActor(context), details: { client: client.id } });
  });
  return { client, ...(secret !== undefined && { secret }) };
}

function problemsOf({ name, redirectUris }: AskedSsoClient): string[] {
  const isCounted = redirectUris.length > 0 && redirectUris.length <= REDIRECT_URIS_MAX;
  return [
    ...(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)
      ? []
      : ["The name of a client has letters, digits, '.', '_' and '-' only."]),
    ...(reservedClientIds.includes(name.toLowerCase()) ? [`The name ${name} is the Manager's own.`] : []),
    ...(isCounted ? [] : [`A client has 1 to ${REDIRECT_URIS_MAX} addresses to return to.`]),
    ...redirectUris.flatMap(redirectProblems),
  ];
}
