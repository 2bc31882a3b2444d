import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { ensureProfile, listProfiles } from "../../db/queries/profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { Profile, ProfileId } from "../../domain/profile/profile.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor } from "../subjects.ts";
import { kinds } from "./profile-kinds.ts";

export async function createProfile(
  context: OpContext,
  asked: Omit<Profile, "id" | "description"> & Partial<Pick<Profile, "description">>,
): Promise<Profile> {
  const { kind, ownerId, qosId } = asked;
  const { title, permits, ownerRef, dataCenterOf } = kinds[kind];
  const attempt = `Cannot add ${title}.`;
  await context.authorize(permits.create, ownerRef(ownerId));
  refuseIf(attempt, nameProblems("profile", asked.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    await requireQos(tx, attempt, {
      qosId,
      type: kind === "cpu" ? "cpu" : "storage",
      dataCenterId: await dataCenterOf(tx, ownerId),
    });
    refuseIf(attempt, profileNameTaken(asked.name, await listProfiles(tx, kind, { ownerId })));
    const profile: Profile = { description: "", ...asked, id: newId<ProfileId>() };
    await ensureProfile(tx, profile);
    const name = kind === "cpu" ? "cpuProfileAdded" : "diskProfileAdded";
    await announce(tx, context.clock, { name, ...byActor(context), details: { profile: profile.name } });
    return profile;
  });
}

export function profileNameTaken(name: string, others: readonly Profile[]): string[] {
  return others.some((other) => other.name === name) ? ["The profile name is already in use."] : [];
}
