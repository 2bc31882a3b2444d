import { createHash } from "node:crypto";
import { newId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Icon, IconId } from "../../domain/icon/icon.ts";
import { predefinedIcons } from "../../domain/icon/os-icons.ts";
import type { Db, Tx } from "../database.ts";
import type { IconRow } from "../schema.ts";

/** Those that come with the product, then those that were sent. */
export async function listIcons(db: Db): Promise<Icon[]> {
  return [...predefinedIcons, ...(await db.selectFrom("icons").selectAll().orderBy("id").execute()).map(toIcon)];
}

export async function findIcon(db: Db, iconId: IconId): Promise<Icon | undefined> {
  const predefined = predefinedIcons.find(({ id }) => id === iconId);
  if (predefined !== undefined) return predefined;
  const row = await db.selectFrom("icons").selectAll().where("id", "=", iconId).executeTakeFirst();
  return row && toIcon(row);
}

/** @throws NotFound */
export async function getIcon(db: Db, iconId: IconId): Promise<Icon> {
  const found = await findIcon(db, iconId);
  if (found === undefined) throw new NotFound("icon", iconId);
  return found;
}

/** The id of this picture, which is kept once however many have it. */
export async function ensureIcon(tx: Tx, { mediaType, data }: Omit<Icon, "id">): Promise<IconId> {
  const hash = createHash("sha256").update(`${mediaType}\n${data}`).digest("hex");
  await tx
    .insertInto("icons")
    .values({ id: newId(), mediaType, data, hash })
    .onConflict((conflict) => conflict.column("hash").doNothing())
    .execute();
  const row = await tx.selectFrom("icons").select("id").where("hash", "=", hash).executeTakeFirstOrThrow();
  return row.id as IconId;
}

/** Of pictures that were sent, those that neither a VM nor a template has any more. */
export async function deleteUnusedIcons(tx: Tx): Promise<void> {
  let query = tx.deleteFrom("icons");
  for (const table of ["vms", "templates"] as const) {
    for (const column of ["smallIconId", "largeIconId"] as const) {
      const used = tx.selectFrom(table).select(column).where(column, "is not", null);
      query = query.where("id", "not in", used.$castTo<{ id: string }>());
    }
  }
  await query.execute();
}

function toIcon({ id, mediaType, data }: IconRow): Icon {
  return { id: id as IconId, mediaType, data };
}
