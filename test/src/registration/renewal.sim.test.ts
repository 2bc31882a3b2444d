import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import {
  CredentialStore,
  type Credentials,
  keyFingerprintOf,
  nodeFiles,
  readCertificate,
  type StoreFiles,
} from "@yagura/pki";
import { poll } from "@yagura/std/poll.ts";
import { type Enrolled, ensureEnrolled, type RegistrationDeps } from "../../../apps/agent/src/registration/enrol.ts";
import type { ManagerChannel } from "../../../apps/agent/src/registration/manager-channel.ts";
import { keepCertificateFresh, renew } from "../../../apps/agent/src/registration/renew.ts";
import { findEnrolledHost } from "../../../apps/manager/src/db/queries/enrolled-hosts.ts";
import { listHostRequests } from "../../../apps/manager/src/db/queries/host-requests.ts";
import { updateHost } from "../../../apps/manager/src/db/queries/hosts.ts";
import { transaction } from "../../../apps/manager/src/db/transaction.ts";
import { approveHost } from "../../../apps/manager/src/enrolment/approve-host.ts";
import { type AgentSide, agentSide, type ManagerServers, portOf, startManager } from "./registration.fixture.ts";

const dayMs = 24 * 3_600_000;
const soon = { timeoutMs: 10_000, everyMs: 10 };

async function enrolledAgent(manager: ManagerServers): Promise<AgentSide & { readonly enrolled: Enrolled }> {
  const agent = await agentSide(manager, { ticket: await manager.newTicket() });
  return { ...agent, enrolled: await ensureEnrolled(agent.deps, agent.introduction) };
}

interface Keeper extends AsyncDisposable {
  readonly renewed: Credentials[];
}

function keep(
  agent: AgentSide & { readonly enrolled: Enrolled },
  onRenewed?: (credentials: Credentials) => void,
): Keeper {
  const controller = new AbortController();
  const renewed: Credentials[] = [];
  const { enrolled, introduction, deps } = agent;
  const running = keepCertificateFresh(
    deps,
    {
      enrolled,
      introduction,
      onRenewed(credentials) {
        renewed.push(credentials);
        onRenewed?.(credentials);
      },
    },
    controller.signal,
  );
  return {
    renewed,
    async [Symbol.asyncDispose]() {
      controller.abort();
      await running;
    },
  };
}

test("a certificate is renewed when a third of its life remains, with a new key, and stored as a whole", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  await using keeper = keep(agent);
  await agent.deps.clock.advance(200 * dayMs);
  assert.equal(keeper.renewed.length, 0);
  // Both sides grow older: a certificate dated by a Manager that did not would be due again at once.
  await manager.world.clock.advance(266 * dayMs);
  await agent.deps.clock.advance(66 * dayMs);
  await poll("a new certificate", () => keeper.renewed.length === 1, soon);
  const [renewed] = keeper.renewed;
  const stored = await new CredentialStore(agent.pkiDirectory).read();
  assert.deepEqual(
    [stored.certificatePem, stored.keyPem, stored.nextKeyPem],
    [renewed?.certificatePem, renewed?.keyPem, undefined],
  );
  assert.notEqual(renewed?.keyPem, agent.enrolled.credentials.keyPem);
  const host = await findEnrolledHost(manager.world.context.db, agent.hostId);
  assert.equal(host?.certificatePem, renewed?.certificatePem);
});

test("an agent that slept past its certificate's end renews it when it wakes", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  await manager.world.clock.advance(600 * dayMs);
  await agent.deps.clock.advance(600 * dayMs);
  await using keeper = keep(agent);
  await poll("a new certificate", () => keeper.renewed.length === 1, soon);
  const { certificatePem } = keeper.renewed[0] ?? agent.enrolled.credentials;
  assert.ok(readCertificate(certificatePem).notAfterMs > manager.world.clock.nowMs());
});

test("while the Manager is away the renewal is tried again and again, and succeeds when it is back", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  let isAway = true;
  const flaky: ManagerChannel = {
    fetchCa: agent.deps.manager.fetchCa,
    post: async (...args) => {
      const answer = await agent.deps.manager.post(...args);
      // The Manager has done its work; the answer is lost.
      if (isAway) throw new Error("lost");
      return answer;
    },
  };
  await agent.deps.clock.advance(300 * dayMs);
  await using keeper = keep({ ...agent, deps: { ...agent.deps, manager: flaky } });
  for (const delayMs of [1000, 2000, 4000]) {
    await poll("a wait", () => agent.deps.clock.sleeping === 1, soon);
    await agent.deps.clock.advance(delayMs - 1);
    assert.equal(agent.deps.clock.sleeping, 1);
    isAway = delayMs !== 4000;
    await agent.deps.clock.advance(1);
  }
  await poll("a new certificate", () => keeper.renewed.length === 1, soon);
  assert.equal(agent.warnings.length, 3);
});

test("the listener goes on with the new certificate, and connections that are open stay open", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  const { client } = manager.world.pki;
  const tlsOptions = ({ caPem, certificatePem, keyPem }: Credentials) => ({
    ca: caPem,
    cert: certificatePem,
    key: keyPem,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const server = createServer(tlsOptions(agent.enrolled.credentials), (socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dial = async (maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<TLSSocket> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const identity = { ca: manager.caPem, cert: client.certificatePem, key: client.keyPem };
    const socket = connect({ ...identity, host: "127.0.0.1", port: portOf(server), maxVersion }, resolve);
    socket.on("error", reject);
    await promise;
    return socket;
  };
  const shown = (socket: TLSSocket): string => readCertificate(socket.getPeerCertificate().raw).keyFingerprint;
  const echo = async (socket: TLSSocket): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.once("data", (data) => resolve(data.toString()));
    socket.write("still here");
    return promise;
  };

  const before = await dial("TLSv1.2");
  const beforeToo = await dial("TLSv1.3");
  await using keeper = keep(agent, (credentials) => server.setSecureContext(tlsOptions(credentials)));
  await agent.deps.clock.advance(300 * dayMs);
  await poll("a new certificate", () => keeper.renewed.length === 1, soon);
  const after = await dial("TLSv1.2");
  assert.equal(shown(after), keyFingerprintOf(keeper.renewed[0]?.keyPem ?? ""));
  assert.notEqual(shown(after), shown(before));
  for (const socket of [before, beforeToo, after]) {
    assert.equal(await echo(socket), "still here");
    socket.destroy();
  }
  await new Promise((resolve) => server.close(resolve));
});

class Killed extends Error {
  override readonly name = "Killed";
}

test("an agent that is killed at any step of a renewal has a certificate that fits its key, and can renew again", async () => {
  await using manager = await startManager();
  let diesAt = 1;
  for (; ; diesAt += 1) {
    await using agent = await agentSide(manager, { ticket: await manager.newTicket(), address: `127.0.2.${diesAt}` });
    const { hostId } = await ensureEnrolled(agent.deps, agent.introduction);
    let steps = 0;
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (++steps === diesAt) throw new Killed();
      const result = await work();
      if (++steps === diesAt) throw new Killed();
      return result;
    };
    const files: StoreFiles = {
      ...nodeFiles,
      write: (...args) => step(() => nodeFiles.write(...args)),
      rename: (...args) => step(() => nodeFiles.rename(...args)),
    };
    const post: ManagerChannel["post"] = (...args) => step(() => agent.deps.manager.post(...args));
    const doomed: RegistrationDeps = { ...agent.deps, files, manager: { ...agent.deps.manager, post } };
    const { introduction } = agent;
    const attempt = await renew(doomed, { hostId, introduction }).catch((error: unknown) => error);

    const { credentials } = await ensureEnrolled(agent.deps, introduction);
    assert.equal(readCertificate(credentials.certificatePem).keyFingerprint, keyFingerprintOf(credentials.keyPem));
    const again = await renew(agent.deps, { hostId, introduction });
    const host = await findEnrolledHost(manager.world.context.db, hostId);
    assert.equal(host?.keyFingerprint, keyFingerprintOf(again.keyPem), `killed at step ${diesAt}`);
    if (!(attempt instanceof Killed)) break;
  }
  // The next key, the question, the certificate, the rename: each with two ends.
  assert.equal(diesAt, 9);
});

test("when the Manager knows another key (an old backup), the host asks in again, and an administrator accepts it", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  const { db } = manager.world.context;
  await transaction(db, (tx) => updateHost(tx, agent.hostId, { keyFingerprint: "0".repeat(64) }));
  await agent.deps.clock.advance(300 * dayMs);
  await using keeper = keep(agent);
  await poll("a failure", () => agent.warnings.length === 1, soon);
  const [request] = await listHostRequests(db, { hostId: agent.hostId });
  assert.equal(request?.keyFingerprint, keyFingerprintOf(agent.enrolled.credentials.keyPem));
  await approveHost(manager.world.context, { hostId: agent.hostId });
  await agent.deps.clock.advance(1000);
  await poll("a new certificate", () => keeper.renewed.length === 1, soon);
});

test("a listener that cannot take the new certificate is given it again", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  await agent.deps.clock.advance(300 * dayMs);
  let isBroken = true;
  await using keeper = keep(agent, () => {
    if (isBroken) throw new Error("no memory");
  });
  await poll("a failure", () => agent.deps.clock.sleeping === 1, soon);
  isBroken = false;
  await agent.deps.clock.advance(1000);
  await poll("a second delivery", () => keeper.renewed.length === 2, soon);
  assert.equal(keeper.renewed[0]?.certificatePem, keeper.renewed[1]?.certificatePem);
});

test("a lost certificate file does not stop an agent that runs, and the next start gets it again", async () => {
  await using manager = await startManager();
  await using agent = await enrolledAgent(manager);
  const path = join(agent.pkiDirectory, "cert.pem");
  const before = await readFile(path, "utf8");
  await writeFile(path, "");
  assert.equal((await ensureEnrolled(agent.deps, agent.introduction)).credentials.certificatePem, before);
});
