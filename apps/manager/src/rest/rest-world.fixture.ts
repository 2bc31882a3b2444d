import { type JobId, newId, type UserId } from "@yagura/std/ids.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { InjectOptions } from "fastify";
import { hashPassword } from "../auth/authn/password-hash.ts";
import type { OpContext, Services } from "../context.ts";
import { systemContext } from "../context.ts";
import type { Db } from "../db/database.ts";
import { openDatabase } from "../db/open-database.ts";
import { insertJob } from "../db/queries/jobs.ts";
import { ensurePermission } from "../db/queries/permissions.ts";
import { insertUser } from "../db/queries/users.ts";
import { seedDatabase } from "../db/seed.ts";
import { transaction } from "../db/transaction.ts";
import { internalUser } from "../domain/user/internal-user.ts";
import { predefinedRoles } from "../domain/user/predefined-roles.ts";
import { type ObjectRef, systemObject, type User } from "../domain/user/user.ts";
import { HostUnreachable } from "../hosts/hosts.ts";
import { buildServer, type RestServer, type ServerDeps } from "./server.ts";

export const testPassword = "correct horse";
const testPasswordHash = await hashPassword(testPassword);

export interface RestWorld extends AsyncDisposable {
  readonly server: RestServer;
  readonly services: Services;
  readonly clock: FakeClock;
  /** To call operations directly, as the system. */
  readonly system: OpContext;
  addUser(name: string, roleName?: string, on?: ObjectRef): Promise<User>;
  login(name: string): Promise<string>;
  /** A request as `admin`, or as whoever `as` names; in XML unless headers say otherwise. */
  request(options: InjectOptions & { readonly as?: string }): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

/** A REST server on a database of its own, without hosts: `admin` is super user. */
export async function restWorld({
  hosts = silentHosts,
  onQuery = () => undefined,
  log = silentLog,
  ...overrides
}: Partial<ServerDeps> & {
  readonly hosts?: Partial<Services["hosts"]>;
  /** Told of each query to the database. */
  readonly onQuery?: () => void;
  readonly log?: Log;
} = {}): Promise<RestWorld> {
  const clock = new FakeClock();
  const opened = await openDatabase({ kind: "sqlite", path: ":memory:" });
  const db = opened.withPlugin({
    transformQuery({ node }) {
      onQuery();
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await seedDatabase(db);
  const parts = {
    db,
    clock,
    log,
    wake: () => undefined,
    sagas: sagasWithoutSteps(db, clock),
    hosts,
  };
  // Only what these tests reach; sagas and hosts with all they can do are tried with simulated hosts.
  const services = parts as unknown as Services;
  const server = await buildServer({
    services,
    product: { instanceId: "11111111-2222-3333-4444-555555555555", version: "0.1.0" },
    caCertificate: () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ...overrides,
  });
  const tokens = new Map<string, string>();

  async function addUser(name: string, roleName?: string, on: ObjectRef = systemObject): Promise<User> {
    const user = internalUser({ id: newId<UserId>(), name, createdAtMs: clock.nowMs() });
    const to = { type: "user", id: user.id } as const;
    const role = predefinedRoles.find((each) => each.name === roleName);
    await transaction(db, async (tx) => {
      await insertUser(tx, user, testPasswordHash);
      if (role !== undefined) await ensurePermission(tx, { id: newId(), to, roleId: role.id, object: on });
    });
    return user;
  }

  async function login(name: string): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "password",
      scope: "ovirt-app-api",
      username: `${name}@internal`,
      password: testPassword,
    });
    const reply = await server.app.inject({
      method: "POST",
      url: "/ovirt-engine/sso/oauth/token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: form.toString(),
    });
    const token = (reply.json() as { access_token: string }).access_token;
    tokens.set(name, token);
    return token;
  }

  async function request({ as = "admin", ...options }: InjectOptions & { as?: string }): Promise<Reply> {
    const token = tokens.get(as) ?? (await login(as));
    const reply = await server.app.inject({
      ...options,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
    });
    return { status: reply.statusCode, headers: reply.headers, text: reply.body, json: () => reply.json() };
  }

  await addUser("admin", "SuperUser");
  return {
    server,
    services,
    clock,
    system: systemContext(services, { correlationId: "test", signal: AbortSignal.timeout(60_000) }),
    addUser,
    login,
    request,
    async [Symbol.asyncDispose]() {
      await server.close();
      await db.destroy();
    },
  };
}

/** Writes down what a saga writes down when it starts, does none of its steps, and says that all went well. */
function sagasWithoutSteps(db: Db, clock: FakeClock): Pick<Services["sagas"], "start"> {
  return {
    async start(_definition, params, { prepare, description, correlationId, actorId }) {
      const jobId = newId<JobId>();
      await transaction(db, async (tx) => {
        if (typeof params === "function") await params(tx);
        await prepare?.(tx);
        await insertJob(tx, {
          id: jobId,
          description,
          status: "finished",
          startedAtMs: clock.nowMs(),
          updatedAtMs: clock.nowMs(),
          endedAtMs: clock.nowMs(),
          ...(actorId !== undefined && { ownerId: actorId }),
          correlationId,
          isExternal: false,
          isAutoCleared: true,
        });
      });
      return { jobId, sagaId: newId(), ended: Promise.resolve({ outcome: "succeeded" }) };
    },
  };
}

/** Hosts of which none answers. */
const silentHosts: Pick<Services["hosts"], "calls" | "linkOf"> = {
  linkOf: () => undefined,
  calls: (hostId) => {
    throw new HostUnreachable(hostId, {});
  },
};
