import assert from "node:assert/strict";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { newId, type UserId } from "@yagura/std/ids.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { sql } from "kysely";
import type { Db } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { type DatabaseOptions, openDatabase } from "../db/open-database.ts";
import {
  deleteGroup,
  ensureGroup,
  ensureMember,
  listGroupsOf,
  listMembers,
  setDirectoryGroups,
} from "../db/queries/groups.ts";
import { deletePermissionsOf, ensurePermission, listGrants, listPermissions } from "../db/queries/permissions.ts";
import { deleteSsoClient, insertSsoClient, listSsoClients } from "../db/queries/sso.ts";
import { countSuperUsers, deleteUser, insertUser, updateUser } from "../db/queries/users.ts";
import { seedDatabase } from "../db/seed.ts";
import { transaction } from "../db/transaction.ts";
import { internalUser } from "../domain/user/internal-user.ts";
import { superUserRoleId } from "../domain/user/predefined-roles.ts";
import { everyoneGroupId, type Group, type GroupId, systemObject } from "../domain/user/user.ts";
import { Sessions } from "./authn/sessions.ts";
import { databaseAuthStore } from "./database-auth-store.ts";
import { AuthorizationCodes } from "./sso/authorization-codes.ts";
import { IdTokens } from "./sso/id-tokens.ts";

const whyNot = await whyNoPostgres();

for (const kind of ["sqlite", "postgres"] as const) {
  describe(`users and logins in the database on ${kind}`, { skip: kind === "postgres" && whyNot }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      postgres = kind === "postgres" ? await startPostgres() : undefined;
    });
    after(() => postgres?.[Symbol.asyncDispose]());

    async function withDatabase(work: (db: Db, folder: string) => Promise<void>): Promise<void> {
      await using directory = await temporaryDirectory();
      const options: DatabaseOptions =
        postgres === undefined
          ? { kind: "sqlite", path: join(directory.path, "x.db") }
          : { kind: "postgres", url: await postgres.createDatabase() };
      const db = await openDatabase(options);
      try {
        await seedDatabase(db);
        await work(db, directory.path);
      } finally {
        await db.destroy();
      }
    }

    const joe = internalUser({ id: newId<UserId>(), name: "joe", createdAtMs: 1 });
    const admins: Group = {
      id: newId<GroupId>(),
      name: "admins",
      domain: "internal",
      namespace: "*",
      externalId: "uuid-of-admins",
    };
    const onSystem = { roleId: superUserRoleId, object: systemObject } as const;

    test("what a group has, its members have, and count as super users by it while they are enabled", () =>
      withDatabase(async (db) => {
        await transaction(db, async (tx) => {
          await insertUser(tx, joe);
          await ensureGroup(tx, admins);
          const to = { type: "group", id: admins.id } as const;
          for (let n = 0; n < 2; n++) await ensurePermission(tx, { ...onSystem, id: newId(), to });
        });
        assert.equal((await listPermissions(db)).length, 1);
        assert.deepEqual([await listGrants(db, joe.id), await countSuperUsers(db)], [[], 0]);
        await transaction(db, (tx) => ensureMember(tx, admins.id, joe.id));
        const [grant] = await listGrants(db, joe.id);
        assert.deepEqual([grant?.role.name, grant?.object, await countSuperUsers(db)], ["SuperUser", systemObject, 1]);
        assert.deepEqual(
          [(await listGroupsOf(db, joe.id)).map(({ name }) => name), (await listMembers(db, admins.id)).length],
          [["Everyone", "admins"], 1],
        );
        await transaction(db, (tx) => updateUser(tx, joe.id, { isEnabled: false }));
        assert.equal(await countSuperUsers(db), 0);
        await transaction(db, (tx) => setDirectoryGroups(tx, joe, []));
        assert.deepEqual(await listGrants(db, joe.id), []);
        await transaction(db, (tx) => setDirectoryGroups(tx, joe, ["uuid-of-admins", "admins"]));
        assert.equal((await listGrants(db, joe.id)).length, 1);
        await transaction(db, async (tx) => {
          await deletePermissionsOf(tx, { type: "group", id: admins.id });
          await deleteGroup(tx, admins.id);
          await ensurePermission(tx, { ...onSystem, id: newId(), to: { type: "group", id: everyoneGroupId } });
        });
        assert.equal((await listGrants(db, joe.id)).length, 1, "what everybody has");
        await transaction(db, (tx) => deleteUser(tx, joe.id));
      }));

    test("sessions of one login end together, a refresh token counts once, and a code too", () =>
      withDatabase(async (db) => {
        const clock = new FakeClock();
        const [store, codes] = [databaseAuthStore(db), new AuthorizationCodes(db, clock)];
        const sessions = new Sessions(store, clock);
        await transaction(db, async (tx) => {
          await insertUser(tx, joe);
          await insertSsoClient(tx, { id: "app", redirectUris: ["https://app.example/"], createdAtMs: 0 });
        });
        const login = { userId: joe.id, scope: "openid", clientId: "app" };
        const refresh = await sessions.open({ ...login, kind: "refresh" });
        const { familyId } = refresh.session;
        const token = await sessions.open({ ...login, kind: "token", familyId });
        assert.ok((await sessions.takeRefresh(refresh.token)) !== undefined);
        assert.equal(await sessions.takeRefresh(refresh.token), undefined);
        assert.equal(await sessions.find(token.token), undefined);
        const asked = { clientId: "app", redirectUri: "https://app.example/" };
        const code = await codes.issue({ ...asked, userId: joe.id, scope: "openid", authenticatedAtMs: 0, familyId });
        const bearer = { ...asked, codeVerifier: undefined };
        assert.equal((await codes.redeem(code, bearer))?.userId, joe.id);
        assert.equal(await codes.redeem(code, bearer), undefined);
        await transaction(db, (tx) => deleteSsoClient(tx, "app"));
        assert.deepEqual(await listSsoClients(db), []);
      }));

    test("the key of id tokens is one for all Managers, changes after ninety days, and stays known for a week more", () =>
      withDatabase(async (db) => {
        const clock = new FakeClock();
        const [one, other] = [new IdTokens(db, clock), new IdTokens(db, clock)];
        await Promise.all([one.sign({ sub: "x" }), other.sign({ sub: "x" })]);
        const kids = async () => (await one.keys()).keys.map(({ kid }) => kid);
        const [first, ...others] = await kids();
        assert.deepEqual([others, (await other.keys()).keys[0]?.kid], [[], first]);
        const dayMs = 24 * 60 * 60_000;
        await clock.advance(91 * dayMs);
        assert.equal((await kids()).length, 2);
        await clock.advance(7 * dayMs);
        assert.equal((await kids()).includes(first), false);
      }));

    test("a database from before there were groups keeps its users and what they may do", async () => {
      await using directory = await temporaryDirectory();
      const old = join(directory.path, "migrations");
      const all = join(import.meta.dirname, "../db/migrations");
      await mkdir(old);
      for (const file of (await readdir(all)).filter((name) => name < "0006"))
        await cp(join(all, file), join(old, file));
      const url = await postgres?.createDatabase();
      const db = await openDatabase(
        url === undefined ? { kind: "sqlite", path: join(directory.path, "x.db") } : { kind: "postgres", url },
        { migrations: old },
      );
      try {
        await sql`insert into users (id, name, domain, first_name, last_name, email, is_enabled, created_at_ms)
          values (${joe.id}, 'joe', 'internal', '', '', '', 1, 1)`.execute(db);
        await sql`insert into roles (id, name, description, is_administrative, is_predefined, permits)
          values (${superUserRoleId}, 'SuperUser', '', 1, 1, '[]')`.execute(db);
        await sql`insert into permissions (id, user_id, role_id, object_type, object_id)
          values (${newId()}, ${joe.id}, ${superUserRoleId}, 'system', ${systemObject.id})`.execute(db);
        await migrate(db, kind, all);
        await seedDatabase(db);
        const found = await databaseAuthStore(db).findUserByExternalId("internal", "*", joe.id);
        assert.deepEqual(found, joe);
        assert.deepEqual(
          (await listGrants(db, joe.id)).map(({ role }) => role.name),
          ["SuperUser"],
        );
      } finally {
        await db.destroy();
      }
    });
  });
}
