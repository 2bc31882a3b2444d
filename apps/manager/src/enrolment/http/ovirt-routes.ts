// The two protocols that oVirt's own programs speak: docs/protocols/registration.md.
// vdsm lib/vdsm/tool/register.py; ovirt-engine RegisterServlet.java.

import { openSshPublicKey } from "@yagura/pki";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { EnrolmentContext } from "../enrolment-context.ts";
import { type Registration, registerHost } from "../register-host.ts";
import { sendTextRefusal } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { describeProblems, oldRegistration, registration } from "./inputs.ts";

/** The protocol of version 1 speaks of nothing else: what it can, it can since 2013. */
const PROTOCOL_VERSION = "1";

const servicePath = "/ovirt-engine/services/host-register";

const oldPaths = [
  "/SolidICE/VdsAutoRegistration.aspx",
  "/RHEVManagerWeb/VdsAutoRegistration.aspx",
  "/OvirtEngineWeb/register",
];
const oldSshKeyPaths = ["/rhevm.ssh.key.txt", "/engine.ssh.key.txt"];

type Route = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Serves GET only, and no HEAD: asking has effects. */
export function addOvirtRoutes(
  app: FastifyInstance,
  context: EnrolmentContext,
  { isSecure }: { isSecure: boolean },
): void {
  const get = (url: string, route: Route): void =>
    void app.route({ method: "GET", url, exposeHeadRoute: false, handler: route });

  const sendCa: Route = async (_, reply) =>
    reply.type("application/x-x509-ca-cert").send(context.authority().certificatePem);

  const sendSshKey: Route = async (_, reply) => {
    // Over plain HTTP anybody on the way could put his own key into root's authorized_keys.
    if (!isSecure) return sendTextRefusal(reply, "plain-http", "the SSH key is told over HTTPS only");
    return reply.type("text/plain").send(openSshPublicKey(context.serverCertificatePem(), "ovirt-engine"));
  };

  const registerOld: Route = async (request, reply) => {
    const input = oldRegistration.safeParse(request.query);
    if (!input.success) return sendTextRefusal(reply, "bad-request", describeProblems(input.error));
    const { vds_ip: address, vds_name: name, vds_unique_id: hostId, port, ticket } = input.data;
    const refusal = await register(request, { hostId, address, name: name ?? nameOf(address), port, ticket });
    if (refusal !== undefined) return sendTextRefusal(reply, ...refusal);
    return reply.type("text/html").send(formatTime(context.clock.nowMs()));
  };

  const registerNew: Route = async (request, reply) => {
    const input = registration.safeParse(request.query);
    if (!input.success) return sendTextRefusal(reply, "bad-request", describeProblems(input.error));
    const { uniqueId: hostId, ticket, address = callerOf(request).source } = input.data;
    const { name = nameOf(address), vdsPort, port = 54_321 } = input.data;
    const refusal = await register(request, { hostId, address, name, port: vdsPort ?? port, ticket });
    if (refusal !== undefined) return sendTextRefusal(reply, ...refusal);
    return reply.type("text/plain").send("OK\n");
  };

  const register = async (
    request: FastifyRequest,
    claim: Omit<Registration, "source" | "isFromHere" | "keyFingerprint">,
  ): Promise<[Parameters<typeof sendTextRefusal>[1], string] | undefined> => {
    const { decision } = await registerHost(context, { ...claim, ...callerOf(request) });
    return decision.do === "refuse" ? [decision.code, decision.because] : undefined;
  };

  const commands: Readonly<Record<string, Route>> = {
    "get-version": async (_, reply) => reply.type("text/plain").send(PROTOCOL_VERSION),
    "get-pki-trust": sendCa,
    "get-ssh-trust": sendSshKey,
    register: registerNew,
  };

  get(servicePath, async (request, reply) => {
    const { version, command } = request.query as Readonly<Record<string, unknown>>;
    if (version === undefined || version === "0") return registerOld(request, reply);
    if (version !== PROTOCOL_VERSION) return sendTextRefusal(reply, "bad-request", "unknown version of the protocol");
    const route = typeof command === "string" && Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (route === undefined) return sendTextRefusal(reply, "bad-request", "unknown command");
    return route(request, reply);
  });
  for (const path of oldPaths) get(path, registerOld);
  for (const path of oldSshKeyPaths) get(path, sendSshKey);
  get("/ca.crt", sendCa);
}

/** A host that does not say its name is called by its address. */
function nameOf(address: string): string {
  return address.replaceAll(":", "-").replace(/^-+|-+$/g, "");
}

/** As the old registration daemon parses it: UTC, whole seconds, no zone. Our own agents never set a clock by it. */
function formatTime(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, "2026-11-22T00:00:00".length);
}
