import { createHash, timingSafeEqual } from "node:crypto";
import type { Db } from "../../db/database.ts";
import { findSsoClient } from "../../db/queries/sso.ts";
import { consoleClientId, type SsoClient } from "../../domain/user/sso-client.ts";

const CLIENT_ID_CHARACTERS_MAX = 128;

/** Which addresses it has, follows from where this Manager is reached. */
const consoleClient: SsoClient = { id: consoleClientId, redirectUris: [], createdAtMs: 0 };

/** The client of this name; our own page among them. */
export async function findClient(db: Db, clientId: string | undefined): Promise<SsoClient | undefined> {
  if (clientId === undefined || clientId === "" || clientId.length > CLIENT_ID_CHARACTERS_MAX) return undefined;
  return clientId === consoleClientId ? consoleClient : findSsoClient(db, clientId);
}

/** The client that this is, proven by its secret; a client without one proves itself by its codes. */
export async function findProvenClient(
  db: Db,
  { clientId, secret }: { readonly clientId: string | undefined; readonly secret: string | undefined },
): Promise<SsoClient | undefined> {
  const client = await findClient(db, clientId);
  if (client?.secretHash === undefined) return secret === undefined || secret === "" ? client : undefined;
  return secret !== undefined && isSame(hashSecret(secret), client.secretHash) ? client : undefined;
}

/** Secrets are 256 random bits that we have made: a plain hash is enough. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
