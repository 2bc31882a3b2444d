import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { systemObject } from "../../domain/user/user.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld, testPassword } from "../rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { accept: "application/json", "content-type": "application/json" };

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly detail: string;
  readonly location: string;
}

async function send(world: RestWorld, method: Method, path: string, body?: object, as = "admin"): Promise<Sent> {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const reply = await world.request({ method, url: `${api}${path}`, headers: json, as, ...payload });
  const read = reply.json<Record<string, unknown>>();
  const fault = (read["fault"] ?? read) as { detail?: string };
  const location = String(reply.headers["location"] ?? "");
  return { status: reply.status, body: read, detail: fault.detail ?? "", location };
}

async function namesAt(world: RestWorld, path: string, of: string, as = "admin"): Promise<readonly unknown[]> {
  const { body } = await send(world, "GET", path, undefined, as);
  return ((body[of] ?? []) as { name: string }[]).map(({ name }) => name);
}

async function events(world: RestWorld): Promise<readonly string[]> {
  const { body } = await send(world, "GET", "/events");
  return (body["event"] as { code: string; description: string }[]).map(
    ({ code, description }) => `${code} ${description}`,
  );
}

const idOf = ({ body }: Sent) => String(body["id"]);

async function canLogIn(world: RestWorld, name: string, password = testPassword): Promise<boolean> {
  const basic = Buffer.from(`${name}:${password}`).toString("base64");
  const reply = await world.server.app.inject({ url: api, headers: { authorization: `Basic ${basic}` } });
  return reply.statusCode === 200;
}

test(
  "a user is added, found in all the ways clients look for him, changed and removed",
  proves(["POST /users", "PUT /users/{}", "DELETE /users/{}"], async () => {
    await using world = await restWorld();
    const asked = { user_name: "joe@internal-authz", name: "Joe", last_name: "Doe", email: "joe@example" };
    const added = await send(world, "POST", "/users", { ...asked, department: "it", password: testPassword });
    assert.equal(added.status, 201);
    const { id, password } = added.body;
    assert.equal(password, undefined);
    assert.deepEqual(
      [added.body["user_name"], added.body["principal"], added.body["namespace"], added.body["department"]],
      ["joe@internal-authz", "joe", "*", "it"],
    );
    const searches = [
      'usrname="joe@internal-authz"',
      "usrname=joe@internal",
      "principal=joe",
      "login=joe",
      "name=Joe and lastname=Doe",
      "namespace=* and department=it",
      "directory=internal-authz and email=joe*",
    ];
    for (const search of searches) {
      assert.deepEqual(await namesAt(world, `/users?search=${encodeURIComponent(search)}`, "user"), ["Joe"], search);
    }
    const changed = await send(world, "PUT", `/users/${id}`, { last_name: "Poe" });
    assert.equal(changed.status, 200);
    const { body } = await send(world, "GET", `/users/${id}`);
    assert.deepEqual([body["name"], body["last_name"], body["department"]], ["Joe", "Poe", "it"]);
    assert.equal((await send(world, "DELETE", `/users/${id}`)).status, 200);
    assert.equal((await send(world, "GET", `/users/${id}`)).status, 404);
    assert.deepEqual((await events(world)).filter((text) => /^(149|325) /.test(text)).toReversed(), [
      "149 admin@internal added the user joe.",
      "325 admin@internal removed the user joe.",
    ]);
  }),
);

test("a user that cannot be is refused, and says why", async () => {
  await using world = await restWorld();
  const refusals: readonly (readonly [object, number, RegExp])[] = [
    [{}, 400, /User \[userName\] required for add/],
    [{ user_name: "joe@ldap.example" }, 400, /There is no domain ldap\.example; users are added to internal-authz/],
    [{ user_name: "a b@internal" }, 400, /letters, digits/],
    [{ user_name: "joe", password: "short" }, 400, /at least 8 characters/],
    [{ user_name: "joe", email: "x".repeat(300) }, 400, /The email must not exceed 255 characters/],
    [{ user_name: "joe", name: "a\u0007" }, 400, /control characters/],
    [{ user_name: "admin" }, 409, /There is a user of this name already/],
  ];
  for (const [body, status, text] of refusals) {
    const reply = await send(world, "POST", "/users", body);
    assert.equal(reply.status, status, JSON.stringify(body));
    assert.match(reply.detail, text);
  }
});

test("who is disabled is logged out, cannot log in, and is told so; enabled he can again", async () => {
  await using world = await restWorld();
  const joe = await world.addUser("joe", "UserRole");
  await world.login("joe");
  assert.equal((await send(world, "PUT", `/users/${joe.id}`, { enabled: false })).body["enabled"], "false");
  assert.equal((await world.request({ url: api, as: "joe" })).status, 401);
  const form = { grant_type: "password", username: "joe@internal", password: testPassword, scope: "ovirt-app-api" };
  const login = await world.server.app.inject({
    method: "POST",
    url: "/ovirt-engine/sso/oauth/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(form).toString(),
  });
  assert.deepEqual(
    [login.statusCode, login.json()],
    [
      400,
      {
        error_code: "access_denied",
        error: "Cannot authenticate user 'joe@internal': the user account is disabled or locked.",
      },
    ],
  );
  assert.equal((await send(world, "PUT", `/users/${joe.id}`, { enabled: true })).body["enabled"], undefined);
  assert.equal(await canLogIn(world, "joe@internal"), true);
  const told = (await events(world)).map((text) => text.split(" ")[0]);
  for (const code of ["1000301", "1000302", "160"]) assert.ok(told.includes(code), code);
});

test("nobody disables or removes himself, and the last super user stays, however he came to it", async () => {
  await using world = await restWorld();
  const joe = await world.addUser("joe", "SuperUser");
  const { body } = await send(world, "GET", "/users?search=login=admin");
  const [admin] = body["user"] as { id: string }[];
  assert.ok(admin);
  for (const reply of [
    await send(world, "PUT", `/users/${admin.id}`, { enabled: false }),
    await send(world, "DELETE", `/users/${admin.id}`),
  ]) {
    assert.equal(reply.status, 409);
  }
  assert.equal((await send(world, "DELETE", `/users/${admin.id}`, undefined, "joe")).status, 200);
  const mine = await send(world, "GET", `/users/${joe.id}/permissions`, undefined, "joe");
  const [permission] = mine.body["permission"] as { id: string }[];
  const last = await send(world, "DELETE", `/permissions/${permission?.id}`, undefined, "joe");
  assert.deepEqual(
    [last.status, last.detail],
    [409, "[Cannot remove Permission. The system must have at least one Super User Role defined.]"],
  );
});

test(
  "a group gives what it has to who is in it, from his next request on, and takes it with him out of it",
  proves(["POST /groups", "DELETE /groups/{}", "POST /groups/{}/members", "DELETE /groups/{}/members/{}"], async () => {
    await using world = await restWorld();
    await populate(world);
    const joe = await world.addUser("joe");
    const group = await send(world, "POST", "/groups", { name: "operators", domain: { name: "internal-authz" } });
    assert.equal(group.status, 201);
    const groups = `/groups/${idOf(group)}`;
    const permission = { role: { name: "UserRole" }, group: { name: "operators" } };
    assert.equal((await send(world, "POST", `/vms/${ids.vm}/permissions`, permission)).status, 201);
    assert.equal(await canLogIn(world, "joe@internal"), false);
    const added = await send(world, "POST", `${groups}/members`, { user_name: "joe@internal-authz" });
    assert.equal(added.status, 201, added.detail);
    assert.deepEqual(await namesAt(world, "/vms", "vm", "joe"), ["demo"]);
    assert.deepEqual(await namesAt(world, `/users/${joe.id}/groups`, "group", "joe"), ["Everyone", "operators"]);
    assert.deepEqual(await namesAt(world, "/groups?search=name=operators", "group"), ["operators"]);
    assert.equal((await send(world, "DELETE", `${groups}/members/${joe.id}`)).status, 200);
    assert.equal((await send(world, "DELETE", `${groups}/members/${joe.id}`)).status, 404);
    assert.deepEqual(await namesAt(world, "/vms", "vm", "joe"), []);
    await send(world, "POST", `${groups}/members`, { id: joe.id });
    assert.equal((await send(world, "DELETE", groups)).status, 200);
    assert.equal((await send(world, "GET", groups)).status, 404);
    assert.deepEqual(await namesAt(world, "/vms", "vm", "joe"), []);
    assert.deepEqual((await events(world)).filter((text) => /^(149|408|100030[34]) /.test(text)).toReversed(), [
      "149 admin@internal added the group operators.",
      "1000303 admin@internal added joe to the group operators.",
      "1000304 admin@internal took joe out of the group operators.",
      "1000303 admin@internal added joe to the group operators.",
      "408 admin@internal removed the group operators.",
    ]);
  }),
);

test("Everyone is built in: all are in it, what it has all have, and it stays", async () => {
  await using world = await restWorld();
  await populate(world);
  const everyone = "/groups/eee00000-0000-0000-0000-123456789eee";
  await world.addUser("joe", "UserRole", { type: "vm", id: ids.otherVm });
  const removed = await send(world, "DELETE", everyone);
  assert.deepEqual(
    [removed.status, removed.detail],
    [409, '[Cannot remove Group. Cannot remove the built-in group "Everyone".]'],
  );
  assert.equal((await send(world, "POST", `${everyone}/members`, { user_name: "joe@internal" })).status, 409);
  assert.equal((await send(world, "POST", "/groups", { name: "everyone" })).status, 400);
  const permission = { role: { name: "UserRole" }, vm: { id: ids.vm } };
  assert.equal((await send(world, "POST", `${everyone}/permissions`, permission)).status, 201);
  assert.deepEqual(await namesAt(world, "/vms", "vm", "joe"), ["demo", "other"]);
});

test("whoever fills a group must have what it has; a group is no way round the rights of who administers users", async () => {
  await using world = await restWorld();
  await populate(world);
  const role = await send(world, "POST", "/roles", {
    name: "userkeeper",
    administrative: true,
    permits: { permit: [{ name: "login" }, { name: "manipulate_users" }] },
  });
  const mia = await world.addUser("mia");
  const to = { role: { id: idOf(role) }, user: { id: mia.id } };
  assert.equal((await send(world, "POST", "/permissions", to)).status, 201);
  const group = await send(world, "POST", "/groups", { name: "bosses" });
  await send(world, "POST", "/permissions", { role: { name: "SuperUser" }, group: { id: idOf(group) } });
  const escalation = await send(world, "POST", `/groups/${idOf(group)}/members`, { id: mia.id }, "mia");
  assert.equal(escalation.status, 403);
  assert.equal(
    (await send(world, "GET", "/vms", undefined, "mia")).body["vm"] === undefined,
    false,
    "an administrator sees",
  );
  assert.equal((await send(world, "DELETE", `/vms/${ids.otherVm}`, undefined, "mia")).status, 403);
});

test("the directory shows its users and groups by its own ids, and can be searched", async () => {
  await using world = await restWorld();
  await world.addUser("joe", "UserRole");
  await send(world, "POST", "/groups", { name: "operators" });
  const [domain] = (await send(world, "GET", "/domains")).body["domain"] as { id: string; name: string }[];
  assert.deepEqual([domain?.name, domain?.id], ["internal-authz", "696E7465726E616C2D617574687A"]);
  assert.deepEqual(await namesAt(world, `/domains/${domain?.id}/users?search=login%3Djoe`, "user"), ["joe"]);
  assert.deepEqual(await namesAt(world, `/domains/${domain?.id}/groups`, "group"), ["operators"]);
  assert.equal((await send(world, "GET", "/domains/nowhere")).status, 404);
});

test(
  "a user keeps options and one SSH key with himself, and nobody else sees or changes them",
  proves(
    [
      "POST /users/{}/options",
      "DELETE /users/{}/options/{}",
      "POST /users/{}/sshpublickeys",
      "PUT /users/{}/sshpublickeys/{}",
      "DELETE /users/{}/sshpublickeys/{}",
    ],
    async () => {
      await using world = await restWorld();
      const joe = await world.addUser("joe", "UserRole");
      await world.addUser("ann", "UserRole");
      const at = `/users/${joe.id}`;
      const option = await send(world, "POST", `${at}/options`, { name: "theme", content: '{"dark":true}' }, "joe");
      assert.equal(option.status, 201, option.detail);
      const twice = await send(world, "POST", `${at}/options`, { name: "theme", content: "1" }, "joe");
      assert.match(
        twice.detail,
        /User Profile property with name theme already exists\. Property type is JSON and ID=/,
      );
      assert.equal((await send(world, "POST", `${at}/options`, { name: "x", content: "{" }, "joe")).status, 400);
      const shown = (await send(world, "GET", at, undefined, "joe")).body["user_options"] as { property: unknown };
      assert.deepEqual(shown.property, [{ name: "theme", value: '{"dark":true}' }]);
      assert.equal((await send(world, "GET", `${at}/options`, undefined, "ann")).status, 404);
      assert.equal((await send(world, "DELETE", `${at}/options/${idOf(option)}`, undefined, "ann")).status, 404);
      assert.equal((await send(world, "DELETE", `${at}/options/${idOf(option)}`, undefined, "joe")).status, 200);
      assert.deepEqual((await send(world, "GET", `${at}/options`, undefined, "joe")).body, {});

      const keyOf = (comment: string) =>
        `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1 ${comment}`;
      const key = await send(world, "POST", `${at}/sshpublickeys`, { content: keyOf("one") }, "joe");
      assert.equal(key.status, 201, key.detail);
      const second = await send(world, "POST", `${at}/sshpublickeys`, { content: keyOf("two") }, "joe");
      assert.match(second.detail, /Multiple public SSH keys are not supported/);
      const bad = await send(world, "PUT", `${at}/sshpublickeys/${idOf(key)}`, { content: "ssh-rsa nothing" }, "joe");
      assert.match(bad.detail, /The given SSH public key is invalid/);
      const changed = await send(world, "PUT", `${at}/sshpublickeys/${idOf(key)}`, { content: keyOf("two") }, "joe");
      assert.notEqual(idOf(changed), idOf(key));
      const { body } = await send(world, "GET", `${at}/sshpublickeys`, undefined, "joe");
      const [now] = body["ssh_public_key"] as { id: string; content: string }[];
      assert.deepEqual([now?.id, now?.content], [idOf(changed), keyOf("two")]);
      assert.equal((await send(world, "DELETE", `${at}/sshpublickeys/${idOf(changed)}`, undefined, "joe")).status, 200);
      assert.deepEqual((await send(world, "GET", `${at}/sshpublickeys`, undefined, "joe")).body, {});
    },
  ),
);

test(
  "a role of one's own is made, changed, given, kept while it is given, and removed",
  proves(
    ["POST /roles", "PUT /roles/{}", "DELETE /roles/{}", "POST /roles/{}/permits", "DELETE /roles/{}/permits/{}"],
    async () => {
      await using world = await restWorld();
      await populate(world);
      const joe = await world.addUser("joe");
      const asked = {
        name: "watcher",
        description: "d",
        permits: { permit: [{ id: "1300" }, { name: "connect_to_vm" }] },
      };
      const role = await send(world, "POST", "/roles", asked);
      assert.equal(role.status, 201, role.detail);
      const at = `/roles/${idOf(role)}`;
      assert.deepEqual([role.body["mutable"], role.body["administrative"]], ["true", "false"]);
      assert.deepEqual(await namesAt(world, `${at}/permits`, "permit"), ["login", "connect_to_vm"]);
      await send(world, "PUT", at, { name: "viewer" });
      assert.deepEqual(
        [(await send(world, "GET", at)).body["name"], (await send(world, "GET", at)).body["description"]],
        ["viewer", "d"],
      );
      const given = await send(world, "POST", `/vms/${ids.vm}/permissions`, {
        role: { name: "viewer" },
        user: { id: joe.id },
      });
      assert.equal(given.status, 201);
      assert.deepEqual(await namesAt(world, "/vms", "vm", "joe"), ["demo"]);
      assert.equal((await send(world, "POST", `/vms/${ids.vm}/start`, {}, "joe")).status, 403);
      assert.equal((await send(world, "POST", `${at}/permits`, { name: "run_vm" })).status, 201);
      assert.notEqual((await send(world, "POST", `/vms/${ids.vm}/start`, {}, "joe")).status, 403);
      assert.equal((await send(world, "DELETE", `${at}/permits/22`)).status, 200);
      assert.equal((await send(world, "POST", `/vms/${ids.vm}/start`, {}, "joe")).status, 403);
      const kept = await send(world, "DELETE", at);
      assert.deepEqual(
        [kept.status, kept.detail],
        [
          409,
          "[Cannot remove Role. One or more Permissions is still associated with Role. Please remove all Permissions first.]",
        ],
      );
      assert.equal((await send(world, "DELETE", given.location.slice(api.length))).status, 200);
      assert.equal((await send(world, "DELETE", at)).status, 200);
      assert.equal((await send(world, "GET", at)).status, 404);
      const told = (await events(world))
        .filter((text) => /^8(5[0-9]|6[0-9]) /.test(text))
        .map((text) => text.slice(0, 3));
      assert.deepEqual(told.toReversed(), ["864", "856", "850", "860", "862", "852", "858"]);
    },
  ),
);

test("a role that cannot be is refused in words that clients know, and predefined roles stay as they are", async () => {
  await using world = await restWorld();
  const superUser = "/roles/00000000-0000-0000-0000-000000000001";
  const permits = { permit: [{ name: "login" }] };
  const refusals: readonly (readonly [Method, string, object | undefined, number, RegExp])[] = [
    ["POST", "/roles", { name: "x" }, 400, /Role \[permits\.id\] required for add/],
    ["POST", "/roles", { permits }, 400, /Role \[name\] required for add/],
    ["POST", "/roles", { name: "x", permits: { permit: [{ id: "99999" }] } }, 400, /99999 is not a valid permit ID\./],
    ["POST", "/roles", { name: "x", permits: { permit: [{}] } }, 400, /Permit \[name\|id\] required for add/],
    [
      "POST",
      "/roles",
      { name: "x", permits: { permit: [{ name: "create_host" }] } },
      400,
      /Cannot add administrator's action group to a User Role\./,
    ],
    ["POST", "/roles", { name: "superuser", permits }, 409, /Role name already exists/],
    ["POST", "/roles", { name: "a b", permits }, 400, /Role name may only contain letters, numbers, '-', or '_'\./],
    ["PUT", superUser, { name: "x" }, 409, /The Role is Read-Only\./],
    ["DELETE", superUser, undefined, 409, /The Role is Read-Only\./],
    ["POST", `${superUser}/permits`, { name: "login" }, 409, /The Role is Read-Only\./],
    ["DELETE", `${superUser}/permits/1300`, undefined, 409, /The Role is Read-Only\./],
  ];
  for (const [method, path, body, status, text] of refusals) {
    const reply = await send(world, method, path, body);
    assert.equal(reply.status, status, `${method} ${path} ${JSON.stringify(body)}: ${reply.detail}`);
    assert.match(reply.detail, text);
  }
  await world.addUser("joe", "UserRole", systemObject);
  assert.equal((await send(world, "POST", "/roles", { name: "x", permits }, "joe")).status, 403);
});

const places: readonly (readonly [model: "" | `/${string}`, path: string])[] = [
  ["/vms/{}", `/vms/${ids.vm}`],
  ["/templates/{}", `/templates/${ids.template}`],
  ["/disks/{}", `/disks/${ids.disk}`],
  ["/storagedomains/{}/disks/{}", `/storagedomains/${ids.storageDomain}/disks/${ids.disk}`],
  [
    "/datacenters/{}/storagedomains/{}/disks/{}",
    `/datacenters/${ids.dataCenter}/storagedomains/${ids.storageDomain}/disks/${ids.disk}`,
  ],
  ["/hosts/{}", `/hosts/${ids.host}`],
  ["/clusters/{}", `/clusters/${ids.cluster}`],
  ["/datacenters/{}/clusters/{}", `/datacenters/${ids.dataCenter}/clusters/${ids.cluster}`],
  ["/datacenters/{}", `/datacenters/${ids.dataCenter}`],
  ["/storagedomains/{}", `/storagedomains/${ids.storageDomain}`],
  ["/networks/{}", "/networks/:network"],
  ["/networks/{}/vnicprofiles/{}", "/networks/:network/vnicprofiles/:vnicProfile"],
  ["/vnicprofiles/{}", "/vnicprofiles/:vnicProfile"],
  ["/macpools/{}", "/macpools/58ca604b-017d-0374-0220-00000000014e"],
  ["", ""],
];

test(
  "a permission is given and taken at every place that has them, and is what it says where it is read anew",
  proves(
    places.flatMap(([model]) => [`POST ${model}/permissions`, `DELETE ${model}/permissions/{}`] as const),
    async () => {
      await using world = await restWorld();
      const found = await populate(world);
      const joe = await world.addUser("joe");
      for (const [, path] of places) {
        const at = path.replace(":network", found.network).replace(":vnicProfile", found.vnicProfile);
        const added = await send(world, "POST", `${at}/permissions`, {
          role: { name: "UserRole" },
          user: { id: joe.id },
        });
        assert.equal(added.status, 201, `${at}: ${added.detail}`);
        const { body } = await send(world, "GET", added.location.slice(api.length));
        const [role, user] = [body["role"], body["user"]] as { id: string }[];
        assert.deepEqual([role?.id, user?.id], ["00000000-0000-0000-0001-000000000001", joe.id], at);
        const his = (await send(world, "GET", `/users/${joe.id}/permissions`)).body["permission"] as { id: string }[];
        assert.deepEqual(
          his.map(({ id }) => id),
          [idOf(added)],
        );
        assert.equal((await send(world, "DELETE", added.location.slice(api.length))).status, 200, at);
        assert.deepEqual((await send(world, "GET", `/users/${joe.id}/permissions`)).body, {});
      }
    },
  ),
);

test(
  "a permission is given to somebody where he is, too, and taken there",
  proves(
    [
      "POST /users/{}/permissions",
      "DELETE /users/{}/permissions/{}",
      "POST /groups/{}/permissions",
      "DELETE /groups/{}/permissions/{}",
    ],
    async () => {
      await using world = await restWorld();
      await populate(world);
      const joe = await world.addUser("joe");
      const group = await send(world, "POST", "/groups", { name: "operators" });
      for (const at of [`/users/${joe.id}`, `/groups/${idOf(group)}`]) {
        const missing = await send(world, "POST", `${at}/permissions`, { role: { name: "UserRole" } });
        assert.match(
          missing.detail,
          /dataCenter\|cluster\|host\|storageDomain\|vm\|vmPool\|template\.id\] required for add/,
        );
        const added = await send(world, "POST", `${at}/permissions`, {
          role: { name: "UserRole" },
          vm: { id: ids.vm },
        });
        assert.equal(added.status, 201, added.detail);
        const onVm = await send(world, "GET", `/vms/${ids.vm}/permissions/${idOf(added)}`);
        assert.equal(onVm.status, 200);
        assert.equal((await send(world, "DELETE", `${at}/permissions/${idOf(added)}`)).status, 200);
        assert.equal((await send(world, "GET", `/vms/${ids.vm}/permissions/${idOf(added)}`)).status, 404);
      }
    },
  ),
);

test("what an object inherits is shown as its own, and can only be taken where it was given", async () => {
  await using world = await restWorld();
  await populate(world);
  const joe = await world.addUser("joe", "UserRole", { type: "cluster", id: ids.cluster });
  const shown = (await send(world, "GET", `/vms/${ids.vm}/permissions`)).body["permission"] as {
    id: string;
    user?: { id: string };
    vm?: { id: string };
  }[];
  const inherited = shown.find(({ user }) => user?.id === joe.id);
  assert.equal(inherited?.vm?.id, ids.vm);
  const refused = await send(world, "DELETE", `/vms/${ids.vm}/permissions/${inherited?.id}`);
  assert.deepEqual(
    [refused.status, refused.detail],
    [409, "[Cannot remove Permission. Cannot remove inherited permission]"],
  );
  assert.equal((await send(world, "DELETE", `/clusters/${ids.cluster}/permissions/${inherited?.id}`)).status, 200);
  assert.equal((await send(world, "GET", `/datacenters/${ids.dataCenter}/permissions/${inherited?.id}`)).status, 404);
});

test("an owner lets others use what is his, and gives nothing that he does not have", async () => {
  await using world = await restWorld();
  await populate(world);
  const [joe] = [await world.addUser("joe"), await world.addUser("owner", "UserVmManager", { type: "vm", id: ids.vm })];
  const give = (role: string, on: string, as = "owner") =>
    send(world, "POST", `${on}/permissions`, { role: { name: role }, user: { id: joe.id } }, as);
  assert.equal((await give("UserRole", `/vms/${ids.vm}`)).status, 201);
  assert.equal((await give("UserVmManager", `/vms/${ids.vm}`)).status, 201);
  for (const role of ["SuperUser", "ClusterAdmin", "TemplateOwner", "MacPoolUser", "ReadOnlyAdmin"]) {
    assert.equal((await give(role, `/vms/${ids.vm}`)).status, 403, role);
  }
  assert.equal((await give("UserRole", `/vms/${ids.otherVm}`)).status, 404);
  assert.equal((await give("UserRole", `/clusters/${ids.cluster}`)).status, 404);
  assert.equal((await give("UserRole", "")).status, 403);
});
