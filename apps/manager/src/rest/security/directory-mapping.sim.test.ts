import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type UserId } from "@yagura/std/ids.ts";
import type { Credentials, DirectoryProvider, DirectoryRecord } from "../../auth/directory/directory-provider.ts";
import { ensureGroup } from "../../db/queries/groups.ts";
import { ensurePermission } from "../../db/queries/permissions.ts";
import { insertUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { superUserRoleId } from "../../domain/user/predefined-roles.ts";
import { type GroupId, systemObject } from "../../domain/user/user.ts";
import { restWorld, testPassword } from "../rest-world.fixture.ts";
import { api } from "./every-route.fixture.ts";

// Rights follow what a directory calls somebody for ever, not his name (VMware CVE-2024-37085: a group of a known name
// made its members administrators; XO #8639: an attribute that others may have).

class Directory implements DirectoryProvider {
  readonly domain = "example.org";
  readonly aliases = [];
  readonly people = new Map<string, DirectoryRecord>();

  async authenticate({ name, password }: Credentials): Promise<DirectoryRecord | undefined> {
    return password === testPassword ? this.people.get(name) : undefined;
  }
  async wereRightLately(): Promise<boolean> {
    return false;
  }
}

async function directoryWorld() {
  const directory = new Directory();
  const world = await restWorld({ directories: [directory] });
  const joe = {
    id: newId<UserId>(),
    name: "joe",
    domain: directory.domain,
    namespace: "dc=example",
    externalId: "uuid-of-joe",
    firstName: "",
    lastName: "",
    email: "",
    department: "",
    isEnabled: true,
    createdAtMs: 0,
  };
  const admins = {
    id: newId<GroupId>(),
    name: "admins",
    domain: directory.domain,
    namespace: "dc=example",
    externalId: "uuid-of-admins",
  };
  await transaction(world.services.db, async (tx) => {
    await insertUser(tx, joe);
    await ensureGroup(tx, admins);
    const to = { type: "group", id: admins.id } as const;
    await ensurePermission(tx, { id: newId(), to, roleId: superUserRoleId, object: systemObject });
  });
  const logIn = async (name: string) => {
    const authorization = `Basic ${Buffer.from(`${name}:${testPassword}`).toString("base64")}`;
    const { statusCode } = await world.server.app.inject({ url: `${api}/events`, headers: { authorization } });
    return statusCode;
  };
  const record = (externalId: string, ...groupIds: string[]): DirectoryRecord => ({
    externalId,
    namespace: "dc=example",
    groupIds,
  });
  return { directory, world, logIn, record };
}

test("who has been added is found by his id, also under a new name, and has what his groups have while he is in them", async () => {
  const { directory, world, logIn, record } = await directoryWorld();
  await using _ = world;
  directory.people.set("joe", record("uuid-of-joe", "uuid-of-admins"));
  assert.equal(await logIn("joe@example.org"), 200);
  directory.people.delete("joe");
  directory.people.set("joseph", record("uuid-of-joe", "uuid-of-admins"));
  assert.equal(await logIn("joseph@example.org"), 200);
  directory.people.set("joseph", record("uuid-of-joe"));
  assert.equal(await logIn("joseph@example.org"), 401, "out of the group, he has no role");
});

test("who took over a name, and a group that was made under a known name, get nothing", async () => {
  const { directory, world, logIn, record } = await directoryWorld();
  await using _ = world;
  directory.people.set("joe", record("uuid-of-another", "uuid-of-admins"));
  assert.equal(await logIn("joe@example.org"), 401);
  directory.people.set("joe", record("uuid-of-joe", "admins", "Admins", "uuid-of-other-admins"));
  assert.equal(await logIn("joe@example.org"), 401);
});

test("an empty or odd id is nobody, and another part of the directory has other people", async () => {
  const { directory, world, logIn, record } = await directoryWorld();
  await using _ = world;
  for (const externalId of ["", "*", "%", "UUID-OF-JOE", "uuid-of-joe ", "{}", "__proto__"]) {
    directory.people.set("joe", record(externalId, "uuid-of-admins"));
    assert.equal(await logIn("joe@example.org"), 401, externalId);
  }
  directory.people.set("joe", { ...record("uuid-of-joe", "uuid-of-admins"), namespace: "dc=other" });
  assert.equal(await logIn("joe@example.org"), 401);
});

test("nobody of another directory is admin@internal, whatever his name and his domain are", async () => {
  const { directory, world, logIn, record } = await directoryWorld();
  await using _ = world;
  directory.people.set("admin", record("uuid-of-admin"));
  directory.people.set("admin@internal", record("uuid-of-admin"));
  for (const name of ["admin@example.org", "admin@internal@example.org", "admin@internal-authz@example.org"]) {
    assert.equal(await logIn(name), 401, name);
  }
  for (const name of ["admin@INTERNAL", "admin@internal-authz", "admin@internal"])
    assert.equal(await logIn(name), 200, name);
  for (const name of ["admin@internal.", "admin@", "admin", "@internal", "ADMIN@internal"]) {
    assert.equal(await logIn(name), 401, name);
  }
});
