import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { Clock } from "@yagura/std/clock.ts";
import { newId, type UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "./auth/authn/password-hash.ts";
import { BadConfig } from "./config.ts";
import type { Db } from "./db/database.ts";
import { ensurePermission } from "./db/queries/permissions.ts";
import { findUserByLogin, insertUser } from "./db/queries/users.ts";
import { transaction } from "./db/transaction.ts";
import { internalUser } from "./domain/user/internal-user.ts";
import { superUserRoleId } from "./domain/user/predefined-roles.ts";
import { systemObject } from "./domain/user/user.ts";
import { passwordProblems } from "./operations/users/password-problems.ts";

const login = { name: "admin", domain: "internal" };

/**
 * Makes admin@internal at the first start. His password is what the file says; if there is none it is made up, and
 * written there for whoever may read it. Afterwards the file is not looked at any more.
 */
export async function ensureFirstUser(db: Db, clock: Clock, passwordFile: string): Promise<void> {
  if ((await findUserByLogin(db, login)) !== undefined) return;
  const passwordHash = await hashPassword(await ensurePassword(passwordFile));
  await transaction(db, async (tx) => {
    if ((await findUserByLogin(tx, login)) !== undefined) return;
    const userId = newId<UserId>();
    const admin = internalUser({ id: userId, name: login.name, firstName: "admin", createdAtMs: clock.nowMs() });
    await insertUser(tx, admin, passwordHash);
    const to = { type: "user", id: userId } as const;
    await ensurePermission(tx, { id: newId(), to, roleId: superUserRoleId, object: systemObject });
  });
}

async function ensurePassword(file: string): Promise<string> {
  try {
    const password = (await readFile(file, "utf8")).replace(/\r?\n$/, "");
    if (password === "") throw new BadConfig(`${file} is empty: it must hold the password of admin@internal`);
    const problems = passwordProblems(password);
    if (problems.length > 0) throw new BadConfig(`the password in ${file} cannot be taken: ${problems.join(" ")}`);
    return password;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const password = randomBytes(15).toString("base64url");
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: "wx" });
  return password;
}
