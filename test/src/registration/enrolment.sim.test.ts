import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import {
  createAuthority,
  createKey,
  createRequest,
  issueHostCertificate,
  issueManagerServerCertificate,
  keyFingerprintOf,
  nodeFiles,
  readCertificate,
  type StoreFiles,
} from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { poll } from "@yagura/std/poll.ts";
import { type Enrolled, ensureEnrolled, type RegistrationDeps } from "../../../apps/agent/src/registration/enrol.ts";
import { EnrolmentRefused, UntrustedManager } from "../../../apps/agent/src/registration/errors.ts";
import { type ManagerChannel, openManagerChannel } from "../../../apps/agent/src/registration/manager-channel.ts";
import { findEnrolledHost } from "../../../apps/manager/src/db/queries/enrolled-hosts.ts";
import { listHosts } from "../../../apps/manager/src/db/queries/hosts.ts";
import { approveHost } from "../../../apps/manager/src/enrolment/approve-host.ts";
import { collectingLog } from "../../../apps/manager/src/enrolment/enrolment.fixture.ts";
import { type AgentSide, agentSide, type ManagerServers, portOf, startManager } from "./registration.fixture.ts";

const silence: ManagerChannel = {
  fetchCa: () => Promise.reject(new Error("asked for the authority")),
  post: () => Promise.reject(new Error("asked the Manager")),
};

test("an agent with a ticket and a fingerprint is enrolled at once, and afterwards asks nobody", async () => {
  await using manager = await startManager();
  await using agent = await agentSide(manager, { ticket: await manager.newTicket() });
  const first = await ensureEnrolled(agent.deps, agent.introduction);
  assert.equal(first.hostId, agent.hostId);
  assert.deepEqual(agent.warnings, []);
  assert.deepEqual((await readdir(agent.pkiDirectory)).toSorted(), ["ca.pem", "cert.pem", "key.pem"]);
  assert.equal((await stat(join(agent.pkiDirectory, "key.pem"))).mode & 0o777, 0o600);
  const second = await ensureEnrolled({ ...agent.deps, manager: silence }, agent.introduction);
  assert.deepEqual(second, first);
});

test("an agent without a ticket waits until an administrator approves it", async () => {
  await using manager = await startManager();
  await using agent = await agentSide(manager);
  const enrolled = ensureEnrolled(agent.deps, agent.introduction);
  await poll("the agent to wait", () => agent.deps.clock.sleeping === 1, { timeoutMs: 10_000, everyMs: 10 });
  assert.deepEqual(
    (await listHosts(manager.world.context.db)).map((host) => [host.id, host.status]),
    [[agent.hostId, "pending_approval"]],
  );
  await agent.deps.clock.advance(5000);
  await poll("the agent to wait again", () => agent.deps.clock.sleeping === 1, { timeoutMs: 10_000, everyMs: 10 });
  await approveHost(manager.world.context, { hostId: agent.hostId });
  await agent.deps.clock.advance(5000);
  assert.equal((await enrolled).hostId, agent.hostId);
  assert.equal(agent.warnings.length, 1, "the reason to wait is told once");
});

test("without a fingerprint the Manager is trusted on first use, and the log says it loudly", async () => {
  await using manager = await startManager();
  await using agent = await agentSide(manager, { caFingerprint: undefined });
  const controller = new AbortController();
  const enrolled = ensureEnrolled(agent.deps, agent.introduction, controller.signal);
  await poll("the agent to wait", () => agent.deps.clock.sleeping === 1, { timeoutMs: 10_000, everyMs: 10 });
  controller.abort(new Error("enough"));
  await assert.rejects(enrolled, /enough/);
  assert.match(agent.warnings[0] ?? "", /TRUSTING THE MANAGER ON FIRST USE.*[0-9a-f]{64}/);
});

test("a ticket is not sent to a Manager for which nobody vouches, unless one insists", async () => {
  await using manager = await startManager();
  const ticket = await manager.newTicket();
  await using agent = await agentSide(manager, { ticket, caFingerprint: undefined });
  await assert.rejects(ensureEnrolled({ ...agent.deps, manager: silence }, agent.introduction), UntrustedManager);
  await ensureEnrolled(agent.deps, { ...agent.introduction, trustOnFirstUse: true });
});

test("a Manager with another fingerprint gets nothing, and nothing of it is kept", async () => {
  await using manager = await startManager();
  for (const caFingerprint of ["00".repeat(32), "not a fingerprint"]) {
    await using agent = await agentSide(manager, { ticket: await manager.newTicket(), caFingerprint });
    await assert.rejects(ensureEnrolled(agent.deps, agent.introduction), UntrustedManager);
    assert.deepEqual(await readdir(agent.pkiDirectory), []);
  }
  assert.deepEqual(await listHosts(manager.world.context.db), []);
});

test("a ticket that was used by another host is refused for good", async () => {
  await using manager = await startManager();
  const ticket = await manager.newTicket();
  await using first = await agentSide(manager, { ticket });
  await using second = await agentSide(manager, { ticket, address: "127.0.0.2" });
  await ensureEnrolled(first.deps, first.introduction);
  await assert.rejects(
    ensureEnrolled(second.deps, second.introduction),
    (error) => error instanceof EnrolmentRefused && error.code === "bad-ticket",
  );
});

test("a host that was enrolled elsewhere with its id does not replace it", async () => {
  await using manager = await startManager();
  await using owner = await agentSide(manager, { ticket: await manager.newTicket() });
  await ensureEnrolled(owner.deps, owner.introduction);
  const before = await findEnrolledHost(manager.world.context.db, owner.hostId);
  await using thief = await agentSide(manager, { ticket: await manager.newTicket(), address: "127.0.0.66" });
  const controller = new AbortController();
  const theft = ensureEnrolled(
    { ...thief.deps, readSystemUuid: async () => owner.hostId },
    thief.introduction,
    controller.signal,
  );
  await poll("the thief to wait", () => thief.deps.clock.sleeping === 1, { timeoutMs: 10_000, everyMs: 10 });
  controller.abort(new Error("enough"));
  await assert.rejects(theft, /enough/);
  assert.match(thief.warnings.join(), /known with another key/);
  assert.deepEqual(await findEnrolledHost(manager.world.context.db, owner.hostId), before);
});

/** The process dies at the first moment of a step, or at its last. */
class Killed extends Error {
  override readonly name = "Killed";
}

/** The files and the Manager of an agent whose process dies at one of its steps: before it, or after it with its result lost. */
function mortal(deps: RegistrationDeps, diesAt: number): { deps: RegistrationDeps; steps: () => number } {
  let steps = 0;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    steps += 1;
    if (steps === diesAt) throw new Killed();
    const result = await work();
    steps += 1;
    if (steps === diesAt) throw new Killed();
    return result;
  };
  const files: StoreFiles = {
    read: nodeFiles.read,
    prepareDirectory: nodeFiles.prepareDirectory,
    write: (path, text, mode) =>
      step(async () => {
        // The worst that a write leaves behind besides its result.
        await writeFile(join(path, "..", `.writing-half-${steps}`), text.slice(0, 10));
        await nodeFiles.write(path, text, mode);
      }),
    rename: (from, to) => step(() => nodeFiles.rename(from, to)),
    remove: (path) => step(() => nodeFiles.remove(path)),
  };
  const manager: ManagerChannel = {
    fetchCa: (signal) => step(() => deps.manager.fetchCa(signal)),
    post: (...args) => step(() => deps.manager.post(...args)),
  };
  return { deps: { ...deps, files, manager }, steps: () => steps };
}

test("an agent that is killed at any step of its enrolment is enrolled by the next start, with the same ticket and id", async () => {
  await using manager = await startManager();
  let diesAt = 1;
  for (; ; diesAt += 1) {
    await using agent = await agentSide(manager, { ticket: await manager.newTicket(), address: `127.0.1.${diesAt}` });
    const doomed = mortal(agent.deps, diesAt);
    const attempt = await ensureEnrolled(doomed.deps, agent.introduction).catch((error: unknown) => error);
    if (!(attempt instanceof Killed)) break;
    const enrolled = await ensureEnrolled(agent.deps, agent.introduction);
    await assertKnown(manager, enrolled, `killed at step ${diesAt}`);
    assert.deepEqual((await readdir(agent.pkiDirectory)).toSorted(), ["ca.pem", "cert.pem", "key.pem"]);
  }
  // Five writes and questions (id, authority asked and written, key, request, certificate), each with two ends.
  assert.equal(diesAt, 13);
});

test("damaged files are put aside, and the certificate is fetched again with the key that is left", async () => {
  await using manager = await startManager();
  await using agent = await agentSide(manager, { ticket: await manager.newTicket() });
  const before = await ensureEnrolled(agent.deps, agent.introduction);
  for (const name of ["cert.pem", "ca.pem"]) {
    await writeFile(join(agent.pkiDirectory, name), "-----BEGIN CERTIFICATE-----\nhalf");
    assert.deepEqual(await ensureEnrolled(agent.deps, agent.introduction), before, name);
  }
  assert.match(agent.warnings.join("\n"), /cert\.pem was put aside.*\n.*ca\.pem was put aside/);
});

async function assertKnown(manager: ManagerServers, { hostId, credentials }: Enrolled, what: string): Promise<void> {
  const host = await findEnrolledHost(manager.world.context.db, hostId);
  assert.equal(host?.keyFingerprint, keyFingerprintOf(credentials.keyPem), what);
  assert.equal(readCertificate(credentials.certificatePem).keyFingerprint, host?.keyFingerprint, what);
}

interface FalseManager extends AsyncDisposable {
  readonly channel: ManagerChannel;
  readonly asked: string[];
}

/** Something that has the Manager's place, with this certificate and these answers to POST. */
async function falseManager(
  identity: { readonly cert: string; readonly key: string; readonly ca: string },
  answer: (response: ServerResponse) => void,
): Promise<FalseManager> {
  const asked: string[] = [];
  const server: Server = createServer({ cert: identity.cert, key: identity.key }, (request, response) => {
    request.resume();
    asked.push(request.method ?? "");
    if (request.method === "GET") response.end(identity.ca);
    else answer(response);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    channel: openManagerChannel({ host: "127.0.0.1", httpsPort: portOf(server) }, 1000),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts enrolment and stops it when it has failed once; returns what the log said of it. */
async function failsOnce(agent: AgentSide, manager: ManagerChannel): Promise<string> {
  const controller = new AbortController();
  const enrolment = ensureEnrolled({ ...agent.deps, manager }, agent.introduction, controller.signal);
  enrolment.catch(() => undefined);
  await poll("a failure", () => agent.deps.clock.sleeping === 1, { timeoutMs: 10_000, everyMs: 10 });
  controller.abort(new Error("enough"));
  await assert.rejects(enrolment, /enough/);
  return agent.warnings.join("\n");
}

test("answers that are none are not believed, and the real Manager is asked again later", async () => {
  await using manager = await startManager();
  const { server, authority } = manager.world.pki;
  const identity = { cert: server.certificatePem, key: server.keyPem, ca: authority.certificatePem };
  const nowMs = systemClock.nowMs();
  const keyPem = await createKey();
  const requestPem = await createRequest({ keyPem, commonName: "x" });
  const json = (response: ServerResponse, body: object): void => void response.end(JSON.stringify(body));
  const other = await createAuthority({ name: "m", nowMs });

  const answers: Record<string, [(response: ServerResponse, agent: AgentSide) => void | Promise<void>, RegExp]> = {
    nothing: [(response) => void response.destroy(), /cannot reach|hang up/],
    "nothing, in time": [() => undefined, /longer than 1 s/],
    "a page": [(response) => void response.end("<html>"), /without JSON/],
    "half an answer": [
      (response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write('{"status":"app');
        response.socket?.end();
      },
      /cannot reach/,
    ],
    "an endless answer": [(response) => void response.end("x".repeat(100_000)), /longer than any answer/],
    "another program": [(response) => json(response, { ok: true }), /something else than an answer/],
    "approval without papers": [(response) => json(response, { status: "approved" }), /something else/],
    "a certificate for another key": [
      async (response, agent) => {
        const certificate = await issueHostCertificate(authority, {
          requestPem,
          hostId: agent.hostId,
          address: "x",
          nowMs,
        });
        json(response, { status: "approved", certificate, ca: authority.certificatePem });
      },
      /not this host's/,
    ],
    "a certificate that is garbage": [
      (response) => json(response, { status: "approved", certificate: "x", ca: other.certificatePem }),
      /not this host's/,
    ],
    "an error of its own": [
      (response) => {
        response.statusCode = 503;
        json(response, { status: "refused", code: "no-cluster", reason: "the Manager has no cluster yet" });
      },
      /no cluster yet/,
    ],
  };
  await using agent = await agentSide(manager, { ticket: await manager.newTicket() });
  for (const [name, [answer, expected]] of Object.entries(answers)) {
    await using impostor = await falseManager(identity, (response) => void answer(response, agent));
    agent.warnings.length = 0;
    assert.match(await failsOnce(agent, impostor.channel), expected, name);
    assert.deepEqual((await readdir(agent.pkiDirectory)).toSorted(), ["ca.pem", "key.pem"], name);
  }
  await ensureEnrolled(agent.deps, agent.introduction);
});

test("after the authority is known, nothing is sent to whoever cannot show the Manager's certificate", async () => {
  await using manager = await startManager();
  const { authority } = manager.world.pki;
  const nowMs = systemClock.nowMs();
  const keyPem = await createKey();
  const requestPem = await createRequest({ keyPem, commonName: "x" });
  const other = await createAuthority({ name: "m", nowMs });
  await using agent = await agentSide(manager, { ticket: await manager.newTicket() });
  const names: [string] = ["127.0.0.1"];
  const identities: Record<string, [cert: string, RegExp]> = {
    "another authority": [
      await issueManagerServerCertificate(other, { keyPem, names, nowMs }),
      /unable to|self-signed|signature|issuer/,
    ],
    "a host of the same authority": [
      await issueHostCertificate(authority, { requestPem, hostId: agent.hostId, address: "127.0.0.1", nowMs }),
      /role host, not the Manager's/,
    ],
    "the Manager under another name": [
      await issueManagerServerCertificate(authority, { keyPem, names: ["elsewhere.example.org"], nowMs }),
      /does not match|IP/,
    ],
    "an expired Manager": [
      await issueManagerServerCertificate(authority, { keyPem, names, nowMs: nowMs - 500 * 24 * 3_600_000 }),
      /expired|not yet valid/,
    ],
  };
  await mkdir(agent.pkiDirectory, { recursive: true });
  for (const [name, [cert, expected]] of Object.entries(identities)) {
    await using impostor = await falseManager({ cert, key: keyPem, ca: authority.certificatePem }, (response) =>
      response.end(),
    );
    agent.warnings.length = 0;
    assert.match(await failsOnce(agent, impostor.channel), expected, name);
    assert.equal(impostor.asked.includes("POST"), false, name);
  }
});

test("neither tickets nor private keys are in any log, event or row, whatever goes wrong", async () => {
  await using manager = await startManager();
  const { context, events, logLines } = manager.world;
  const tickets = [await manager.newTicket(), await manager.newTicket()];
  await using agent = await agentSide(manager, { ticket: tickets[0] });
  await using late = await agentSide(manager, { ticket: tickets[0], address: "127.0.0.3" });
  const agentLines: string[] = [];
  const log = collectingLog(agentLines);
  const { credentials } = await ensureEnrolled({ ...agent.deps, log }, agent.introduction);
  await assert.rejects(ensureEnrolled({ ...late.deps, log }, late.introduction), EnrolmentRefused);
  const query = `vds_ip=192.0.2.1&vds_unique_id=${late.hostId}&ticket=${tickets[1]}`;
  await manager.http.inject({ method: "GET", url: `/OvirtEngineWeb/register?${query}` });
  await manager.https.inject({ method: "GET", url: `/OvirtEngineWeb/register?${query}` });
  const rows = await Promise.all(
    (["hosts", "hostTickets", "hostRequests", "hostCertificates"] as const).map((table) =>
      context.db.selectFrom(table).selectAll().execute(),
    ),
  );
  assert.ok(
    logLines.length > 2 &&
      agentLines.length > 0 &&
      events.length > 1 &&
      rows.every((found, at) => at === 2 || found.length > 0),
  );
  const written = JSON.stringify([logLines, agentLines, events, rows]);
  for (const secret of [...tickets, "PRIVATE KEY", credentials.keyPem.split("\n")[1] ?? ""]) {
    assert.equal(written.includes(secret), false);
  }
});
