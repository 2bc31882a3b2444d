import type { OpContext } from "../../context.ts";
import { deleteSsoClient, findSsoClient } from "../../db/queries/sso.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** With all that people are logged in with by it. */
export async function removeSsoClient(context: OpContext, clientId: string): Promise<void> {
  await context.authorize("configure_engine", systemObject);
  await transaction(context.db, async (tx) => {
    const client = await findSsoClient(tx, clientId);
    if (client === undefined) throw new NotFound("sso client", clientId);
    await deleteSsoClient(tx, clientId);
    await announce(tx, context.clock, { name: "ssoClientRemoved", ...byActor(context), details: { client: clientId } });
  });
}
