import type { OpContext } from "../../context.ts";
import { deleteProfile, getProfile, listProfiles } from "../../db/queries/profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Profile } from "../../domain/profile/profile.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { kinds } from "./profile-kinds.ts";

/** Not the last one of its cluster or storage domain. */
export async function removeProfile(context: OpContext, { kind, id }: Pick<Profile, "kind" | "id">): Promise<void> {
  const { title, permits, ownerRef, lastStays } = kinds[kind];
  const { ownerId } = await getProfile(context.db, kind, id);
  await context.authorize(permits.remove, ownerRef(ownerId));
  await transaction(context.db, async (tx) => {
    const profile = await getProfile(tx, kind, id);
    const isLast = (await listProfiles(tx, kind, { ownerId })).length === 1;
    refuseIf(`Cannot remove ${title}.`, isLast ? [lastStays] : []);
    await deleteProfile(tx, profile);
    const name = kind === "cpu" ? "cpuProfileRemoved" : "diskProfileRemoved";
    await announce(tx, context.clock, { name, ...byActor(context), details: { profile: profile.name } });
  });
}
