import type { OpContext } from "../../context.ts";
import {
  getProfile,
  listProfiles,
  type ProfileChanges,
  updateProfile as writeProfile,
} from "../../db/queries/profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { Profile } from "../../domain/profile/profile.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor } from "../subjects.ts";
import { profileNameTaken } from "./create-profile.ts";
import { kinds } from "./profile-kinds.ts";

export async function updateProfile(
  context: OpContext,
  { kind, id }: Pick<Profile, "kind" | "id">,
  changes: ProfileChanges,
): Promise<Profile> {
  const { title, permits, ownerRef, dataCenterOf } = kinds[kind];
  const attempt = `Cannot edit ${title}.`;
  const { ownerId } = await getProfile(context.db, kind, id);
  await context.authorize(permits.update, ownerRef(ownerId));
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("profile", changes.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const profile = await getProfile(tx, kind, id);
    await requireQos(tx, attempt, {
      qosId: changes.qosId,
      type: kind === "cpu" ? "cpu" : "storage",
      dataCenterId: await dataCenterOf(tx, ownerId),
    });
    const others = (await listProfiles(tx, kind, { ownerId })).filter((other) => other.id !== id);
    if (changes.name !== undefined) refuseIf(attempt, profileNameTaken(changes.name, others));
    await writeProfile(tx, profile, changes);
    const name = kind === "cpu" ? "cpuProfileUpdated" : "diskProfileUpdated";
    await announce(tx, context.clock, { name, ...byActor(context), details: { profile: profile.name } });
    return getProfile(tx, kind, id);
  });
}
