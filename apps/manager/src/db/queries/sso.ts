import type { UserId } from "@yagura/std/ids.ts";
import type { AuthorizationCode } from "../../domain/user/authorization-code.ts";
import type { SsoClient } from "../../domain/user/sso-client.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { SsoClientRow } from "../schema.ts";

export async function listSsoClients(db: Db): Promise<SsoClient[]> {
  return (await db.selectFrom("ssoClients").selectAll().orderBy("id").execute()).map(toClient);
}

export async function findSsoClient(db: Db, clientId: string): Promise<SsoClient | undefined> {
  const row = await db.selectFrom("ssoClients").selectAll().where("id", "=", clientId).executeTakeFirst();
  return row && toClient(row);
}

export async function insertSsoClient(tx: Tx, { id, redirectUris, secretHash, createdAtMs }: SsoClient): Promise<void> {
  await tx
    .insertInto("ssoClients")
    .values({ id, redirectUris: JSON.stringify(redirectUris), secretHash: secretHash ?? null, createdAtMs })
    .execute();
}

/** With the codes it has not used yet, and all it is logged in with. */
export async function deleteSsoClient(tx: Tx, clientId: string): Promise<void> {
  await tx.deleteFrom("ssoCodes").where("clientId", "=", clientId).execute();
  await tx.deleteFrom("sessions").where("clientId", "=", clientId).execute();
  await tx.deleteFrom("ssoClients").where("id", "=", clientId).execute();
}

export async function insertCode(tx: Tx, { nonce, codeChallenge, ...code }: AuthorizationCode): Promise<void> {
  await tx
    .insertInto("ssoCodes")
    .values({ ...code, nonce: nonce ?? null, codeChallenge: codeChallenge ?? null, isUsed: 0 })
    .execute();
}

/** The code, and that it is used now. `wasUsed`: it was before. `undefined` when there is none. */
export async function useCode(
  tx: Tx,
  codeHash: string,
): Promise<{ readonly code: AuthorizationCode; readonly wasUsed: boolean } | undefined> {
  const row = await tx.selectFrom("ssoCodes").selectAll().where("codeHash", "=", codeHash).executeTakeFirst();
  if (row === undefined) return undefined;
  await tx.updateTable("ssoCodes").set({ isUsed: 1 }).where("codeHash", "=", codeHash).execute();
  const { isUsed, nonce, codeChallenge, ...rest } = row;
  const code = {
    ...rest,
    userId: row.userId as UserId,
    ...optional("nonce", nonce),
    ...optional("codeChallenge", codeChallenge),
  };
  return { code, wasUsed: isUsed === 1 };
}

export async function deleteEndedCodes(tx: Tx, nowMs: number): Promise<void> {
  await tx.deleteFrom("ssoCodes").where("expiresAtMs", "<=", nowMs).execute();
}

/** A key that id tokens are signed with. */
export interface SigningKey {
  readonly id: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  readonly createdAtMs: number;
}

/** The newest first. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
  return db.selectFrom("ssoKeys").selectAll().orderBy("createdAtMs", "desc").orderBy("id").execute();
}

export async function insertSigningKey(tx: Tx, key: SigningKey): Promise<void> {
  await tx.insertInto("ssoKeys").values(key).execute();
}

export async function deleteSigningKeysBefore(tx: Tx, timeMs: number): Promise<void> {
  await tx.deleteFrom("ssoKeys").where("createdAtMs", "<", timeMs).execute();
}

function toClient(row: SsoClientRow): SsoClient {
  return {
    id: row.id,
    redirectUris: JSON.parse(row.redirectUris) as string[],
    ...optional("secretHash", row.secretHash),
    createdAtMs: row.createdAtMs,
  };
}
