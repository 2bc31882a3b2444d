import { newId, type UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "../auth/authn/password-hash.ts";
import { ensurePermission } from "../db/queries/permissions.ts";
import { insertUser } from "../db/queries/users.ts";
import { transaction } from "../db/transaction.ts";
import { internalUser } from "../domain/user/internal-user.ts";
import { predefinedRoles } from "../domain/user/predefined-roles.ts";
import { systemObject } from "../domain/user/user.ts";
import type { ManagerWorld } from "../manager.fixture.ts";
import { buildServer } from "./server.ts";

const password = "correct horse";
const passwordHash = await hashPassword(password);

export interface RestReply {
  readonly status: number;
  readonly document: Readonly<Record<string, unknown>>;
  /** What the fault says, if it is one. */
  readonly fault: string;
}

/** The API of a whole Manager, asked as its super user `tester`, in JSON; paths are below the API's root. */
export interface ManagerRest extends AsyncDisposable {
  request(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<RestReply>;
  /** Sends the content of a disk to where a transfer takes it; the status. */
  upload(transferId: string, content: Buffer): Promise<number>;
  /** @throws Error unless it went well */
  ok(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<RestReply["document"]>;
}

/** The same server as the Manager's own, over the same services, without a port. */
export async function managerRest({ manager: { services } }: ManagerWorld): Promise<ManagerRest> {
  const server = await buildServer({
    services,
    product: { instanceId: "11111111-2222-3333-4444-555555555555", version: "0.1.0" },
    caCertificate: () => "",
  });
  await transaction(services.db, async (tx) => {
    const user = internalUser({ id: newId<UserId>(), name: "tester", createdAtMs: services.clock.nowMs() });
    const role = predefinedRoles.find(({ name }) => name === "SuperUser");
    if (role === undefined) throw new Error("there is no role SuperUser");
    await insertUser(tx, user, passwordHash);
    const to = { type: "user", id: user.id } as const;
    await ensurePermission(tx, { id: newId(), to, roleId: role.id, object: systemObject });
  });
  const request: ManagerRest["request"] = async (method, path, body) => {
    const reply = await server.app.inject({
      method,
      url: `/ovirt-engine/api${path}`,
      headers: {
        accept: "application/json",
        authorization: `Basic ${Buffer.from(`tester@internal:${password}`).toString("base64")}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { payload: body }),
    });
    const document = reply.json<Record<string, unknown>>();
    const { fault, detail } = document as { fault?: { detail?: string }; detail?: string };
    return { status: reply.statusCode, document, fault: fault?.detail ?? detail ?? "" };
  };
  return {
    request,
    async upload(transferId, content) {
      const headers = { "content-type": "application/octet-stream", "content-length": String(content.length) };
      const reply = await server.app.inject({ method: "PUT", url: `/images/${transferId}`, headers, payload: content });
      return reply.statusCode;
    },
    async ok(method, path, body) {
      const { status, document } = await request(method, path, body);
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(document)}`);
      return document;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
