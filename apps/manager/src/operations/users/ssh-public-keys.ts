import { type Id, newId, type UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteSshPublicKey, findSshPublicKey, insertSshPublicKey } from "../../db/queries/user-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { isSshPublicKey } from "../../domain/user/ssh-public-key.ts";
import type { SshPublicKey } from "../../domain/user/user.ts";
import { announceProfile, authorizeProfile } from "./profile.ts";

const property = "the public SSH key";
const invalid = "The given SSH public key is invalid.";

/** The key a user has: one, as in oVirt. */
export async function addSshPublicKey(context: OpContext, userId: UserId, content: string): Promise<SshPublicKey> {
  const attempt = "Cannot add User Profile Property.";
  await authorizeProfile(context, userId);
  refuseIf(attempt, isSshPublicKey(content) ? [] : [invalid], "invalid");
  const key: SshPublicKey = { id: newId<Id<"ssh-public-key">>(), userId, content: content.trim() };
  await transaction(context.db, async (tx) => {
    const isThere = (await findSshPublicKey(tx, userId)) !== undefined;
    refuseIf(attempt, isThere ? ["Multiple public SSH keys are not supported."] : []);
    await insertSshPublicKey(tx, key);
    await announceProfile(tx, context, { name: "userOptionAdded", userId, property });
  });
  return key;
}

/** The key gets another id with another content, as in oVirt: whoever kept the id keeps a key, not a place for keys. */
export async function replaceSshPublicKey(
  context: OpContext,
  { userId, id, content }: SshPublicKey,
): Promise<SshPublicKey> {
  await authorizeProfile(context, userId);
  refuseIf("Cannot update User Profile Property.", isSshPublicKey(content) ? [] : [invalid], "invalid");
  return transaction(context.db, async (tx) => {
    const key = await findSshPublicKey(tx, userId);
    if (key?.id !== id) throw new NotFound("ssh public key", id);
    const changed: SshPublicKey = { id: newId<Id<"ssh-public-key">>(), userId, content: content.trim() };
    await deleteSshPublicKey(tx, id);
    await insertSshPublicKey(tx, changed);
    await announceProfile(tx, context, { name: "userOptionChanged", userId, property });
    return changed;
  });
}

export async function removeSshPublicKey(
  context: OpContext,
  { userId, id }: Pick<SshPublicKey, "userId" | "id">,
): Promise<void> {
  await authorizeProfile(context, userId);
  await transaction(context.db, async (tx) => {
    const key = await findSshPublicKey(tx, userId);
    if (key?.id !== id) throw new NotFound("ssh public key", id);
    await deleteSshPublicKey(tx, id);
    await announceProfile(tx, context, { name: "userOptionRemoved", userId, property });
  });
}
