import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createAuthority,
  createKey,
  createRequest,
  issueHostCertificate,
  keyFingerprintOf,
  peerIdentity,
  readCertificate,
  signRenewal,
} from "@yagura/pki";
import { type ClusterId, type HostId, newId } from "@yagura/std/ids.ts";
import { findEnrolledHost } from "../db/queries/enrolled-hosts.ts";
import { listHostRequests } from "../db/queries/host-requests.ts";
import { deleteHost, getHost } from "../db/queries/hosts.ts";
import { transaction } from "../db/transaction.ts";
import { NotFound, OperationRefused } from "../domain/errors.ts";
import { approveHost, rejectHostRequest } from "./approve-host.ts";
import { type EnrolmentAnswer, enrolHost } from "./enrol-host.ts";
import { type EnrolmentWorld, enrolmentOf, enrolmentWorld } from "./enrolment.fixture.ts";
import { burnHostTicket, createHostTicket } from "./host-tickets.ts";
import { renewHost } from "./renew-host.ts";

const hourMs = 3_600_000;

async function newHost(): Promise<{ keyPem: string; hostId: HostId }> {
  return { keyPem: await createKey(), hostId: newId<HostId>() };
}

function ticketOf(world: EnrolmentWorld): Promise<{ ticket: string }> {
  return createHostTicket(world.context, { clusterId: world.clusterId, validMs: hourMs });
}

function certificateIn(answer: EnrolmentAnswer): string {
  assert.equal(answer.status, "approved", JSON.stringify(answer));
  return answer.status === "approved" ? answer.certificatePem : "";
}

test("a ticket admits a host at once, with a certificate for the key that asked", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const { ticket } = await ticketOf(world);
  const answer = await enrolHost(world.context, await enrolmentOf(host, { ticket }));
  const certificate = certificateIn(answer);
  assert.equal(readCertificate(certificate).keyFingerprint, keyFingerprintOf(host.keyPem));
  assert.deepEqual(peerIdentity(certificate), {
    role: "host",
    commonName: `${host.hostId.slice(0, 8)}.example.org`,
    hostId: host.hostId,
  });
  const stored = await getHost(world.context.db, host.hostId);
  assert.deepEqual([stored.status, stored.clusterId, stored.poolNumber], ["unassigned", world.clusterId, 1]);
  assert.deepEqual(
    world.events.map((event) => event.name),
    ["hostApproved"],
  );
});

test("a lost answer is given again to the same key with the same ticket", async () => {
  await using world = await enrolmentWorld();
  const enrolment = await enrolmentOf(await newHost(), await ticketOf(world));
  const first = await enrolHost(world.context, enrolment);
  await world.clock.advance(2 * hourMs);
  assert.deepEqual(await enrolHost(world.context, enrolment), first);
  assert.equal(world.events.length, 1);
});

test("of many hosts that use one ticket at the same time, one is admitted", async () => {
  await using world = await enrolmentWorld();
  const { ticket } = await ticketOf(world);
  const hosts = await Promise.all(Array.from({ length: 8 }, newHost));
  const enrolments = await Promise.all(hosts.map((host) => enrolmentOf(host, { ticket })));
  const answers = await Promise.all(enrolments.map((enrolment) => enrolHost(world.context, enrolment)));
  assert.equal(answers.filter((answer) => answer.status === "approved").length, 1);
  assert.equal(answers.filter((answer) => answer.status === "refused" && answer.code === "bad-ticket").length, 7);
});

test("one host that asks many times at once with its ticket is admitted each time, with the same key", async () => {
  await using world = await enrolmentWorld();
  const enrolment = await enrolmentOf(await newHost(), await ticketOf(world));
  const answers = await Promise.all(Array.from({ length: 5 }, () => enrolHost(world.context, enrolment)));
  assert.equal(new Set(answers.map((answer) => readCertificate(certificateIn(answer)).keyFingerprint)).size, 1);
});

test("without a ticket a host waits until it is approved, also one on the Manager's machine", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const enrolment = await enrolmentOf(host, { source: "127.0.0.1", isFromHere: true, address: "127.0.0.1" });
  for (const _ of [1, 2]) assert.equal((await enrolHost(world.context, enrolment)).status, "pending");
  const waiting = await getHost(world.context.db, host.hostId);
  assert.deepEqual([waiting.status, waiting.poolNumber, waiting.keyFingerprint], ["pending_approval", 0, undefined]);

  await approveHost(world.context, { hostId: host.hostId });
  assert.equal(
    readCertificate(certificateIn(await enrolHost(world.context, enrolment))).parsed.checkIP("127.0.0.1"),
    "127.0.0.1",
  );
  const stored = await getHost(world.context.db, host.hostId);
  assert.deepEqual([stored.status, stored.poolNumber], ["unassigned", 1]);
  assert.deepEqual(
    world.events.map((event) => event.name),
    ["hostRegistered", "hostApproved"],
  );
});

test("whoever comes with a known id and another key changes nothing, and waits where the administrator sees him", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const before = certificateIn(await enrolHost(world.context, await enrolmentOf(host, await ticketOf(world))));
  const thief = { ...host, keyPem: await createKey() };
  const record = await findEnrolledHost(world.context.db, host.hostId);
  for (const changes of [{ address: "203.0.113.66" }, { address: "203.0.113.66", ...(await ticketOf(world)) }]) {
    assert.equal((await enrolHost(world.context, await enrolmentOf(thief, changes))).status, "pending");
  }
  assert.deepEqual(await findEnrolledHost(world.context.db, host.hostId), record);
  const [request, ...others] = await listHostRequests(world.context.db, { hostId: host.hostId });
  assert.deepEqual(
    [request?.keyFingerprint, request?.address, others],
    [keyFingerprintOf(thief.keyPem), "203.0.113.66", []],
  );
  assert.equal(
    certificateIn(await enrolHost(world.context, await enrolmentOf(host))),
    before,
    "the host itself is still known",
  );
});

test("an administrator can accept a new key of a host that was installed again, or reject it", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  await enrolHost(world.context, await enrolmentOf(host, await ticketOf(world)));
  const again = { ...host, keyPem: await createKey() };
  const keyFingerprint = keyFingerprintOf(again.keyPem);
  const enrolment = await enrolmentOf(again, { address: "new.example.org" });
  await enrolHost(world.context, enrolment);
  await rejectHostRequest(world.context, { hostId: host.hostId, keyFingerprint });
  await assert.rejects(rejectHostRequest(world.context, { hostId: host.hostId, keyFingerprint }), NotFound);
  await assert.rejects(approveHost(world.context, { hostId: host.hostId }), /approved already/);

  await enrolHost(world.context, enrolment);
  await approveHost(world.context, { hostId: host.hostId, keyFingerprint });
  const certificate = readCertificate(certificateIn(await enrolHost(world.context, enrolment)));
  assert.equal(certificate.keyFingerprint, keyFingerprint);
  assert.equal(certificate.parsed.checkHost("new.example.org"), "new.example.org");
  assert.equal(
    (await enrolHost(world.context, await enrolmentOf(host))).status,
    "pending",
    "the old key is another key now",
  );
});

test("when several keys ask for one id, the administrator must say which", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const other = { ...host, keyPem: await createKey() };
  for (const applicant of [host, other]) await enrolHost(world.context, await enrolmentOf(applicant));
  await assert.rejects(approveHost(world.context, { hostId: host.hostId }), /Several keys/);
  const wrong = { hostId: host.hostId, keyFingerprint: "0".repeat(64) };
  await assert.rejects(approveHost(world.context, wrong), OperationRefused);
  await approveHost(world.context, { hostId: host.hostId, keyFingerprint: keyFingerprintOf(host.keyPem) });
  certificateIn(await enrolHost(world.context, await enrolmentOf(host)));
  assert.equal((await enrolHost(world.context, await enrolmentOf(other))).status, "pending");
});

test("a proof is about every value of the request", async () => {
  await using world = await enrolmentWorld();
  const enrolment = await enrolmentOf(await newHost(), await ticketOf(world));
  const changed = [
    { address: "203.0.113.66" },
    { port: 1 },
    { name: "x" },
    { hostId: newId<HostId>() },
    { ticket: undefined },
    { proof: "" },
    { csr: (await enrolmentOf(await newHost())).csr },
  ];
  for (const change of changed) {
    const answer = await enrolHost(world.context, { ...enrolment, ...change });
    assert.equal(answer.status === "refused" && answer.code, "bad-proof", JSON.stringify(change));
  }
  certificateIn(await enrolHost(world.context, enrolment));
});

test("a burned ticket admits nobody, and does no harm to the host that it has admitted", async () => {
  await using world = await enrolmentWorld();
  const [used, unused] = [await ticketOf(world), await ticketOf(world)];
  const enrolment = await enrolmentOf(await newHost(), used);
  await enrolHost(world.context, enrolment);
  for (const { ticket } of [used, unused, { ticket: "nonsense" }])
    await burnHostTicket(world.context, ticket, "192.0.2.1");
  certificateIn(await enrolHost(world.context, enrolment));
  const answer = await enrolHost(world.context, await enrolmentOf(await newHost(), unused));
  assert.equal(answer.status === "refused" && answer.because, "the ticket was withdrawn");
});

test("a removed host stays out: neither its certificate nor its ticket brings it back", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const enrolment = await enrolmentOf(host, await ticketOf(world));
  const certificate = certificateIn(await enrolHost(world.context, enrolment));
  await transaction(world.context.db, (tx) => deleteHost(tx, host.hostId));
  assert.equal((await enrolHost(world.context, enrolment)).status, "refused");
  const csr = await createRequest({ keyPem: await createKey(), commonName: "h" });
  const signature = signRenewal({ hostId: host.hostId, csr }, host.keyPem);
  const renewed = await renewHost(world.context, { hostId: host.hostId, certificate, csr, signature });
  assert.equal(renewed.status, "refused");
});

test("two hosts of one name get two names, and 1000 waiting requests are the end", async () => {
  await using world = await enrolmentWorld();
  const context = { ...world.context, limits: { requests: 2, requestsPerHost: 5 } };
  const hosts = [await newHost(), await newHost(), await newHost()];
  const answers = [];
  for (const host of hosts) answers.push(await enrolHost(context, await enrolmentOf(host)));
  assert.deepEqual(
    answers.map((answer) => (answer.status === "refused" ? answer.code : answer.status)),
    ["pending", "pending", "too-many-requests"],
  );
  const names = await Promise.all(hosts.slice(0, 2).map(async (host) => (await getHost(context.db, host.hostId)).name));
  assert.deepEqual(names, ["h1", `h1-${hosts[1]?.hostId}`]);
});

test("a data center with local storage has one host, by ticket or by approval", async () => {
  await using world = await enrolmentWorld();
  const { db } = world.context;
  await db.updateTable("dataCenters").set({ isLocal: 1 }).execute();
  const first = await enrolmentOf(await newHost(), await ticketOf(world));
  certificateIn(await enrolHost(world.context, first));
  const secondHost = await newHost();
  const second = await enrolHost(
    world.context,
    await enrolmentOf(secondHost, { ...(await ticketOf(world)), name: "h2" }),
  );
  assert.match(
    second.status === "refused" ? second.because : second.status,
    /has one host, and it has host h1 already/,
  );
  assert.equal((await enrolHost(world.context, await enrolmentOf(secondHost))).status, "pending");
  await assert.rejects(approveHost(world.context, { hostId: secondHost.hostId }), OperationRefused);
  assert.equal((await getHost(db, secondHost.hostId)).status, "pending_approval");
  certificateIn(await enrolHost(world.context, first));
});

test("a Manager without a cluster says so", async () => {
  await using world = await enrolmentWorld({ withCluster: false });
  const answer = await enrolHost(world.context, await enrolmentOf(await newHost()));
  assert.equal(answer.status === "refused" && answer.code, "no-cluster");
  await assert.rejects(ticketOf(world), NotFound);
});

test("a ticket's life has bounds", async () => {
  await using world = await enrolmentWorld();
  const { clusterId } = world;
  for (const validMs of [0, -1, Number.NaN, Infinity, 0.5, 31 * 24 * hourMs]) {
    await assert.rejects(createHostTicket(world.context, { clusterId, validMs }), OperationRefused, String(validMs));
  }
  await assert.rejects(createHostTicket(world.context, { clusterId: newId<ClusterId>(), validMs: 1 }), NotFound);
  const { ticket } = await createHostTicket(world.context, { clusterId, validMs: 1000 });
  await world.clock.advance(1000);
  const answer = await enrolHost(world.context, await enrolmentOf(await newHost(), { ticket }));
  assert.equal(answer.status === "refused" && answer.because, "the ticket has expired");
});

test("an expired certificate renews, for the same host and with its own key only", async () => {
  await using world = await enrolmentWorld();
  const host = await newHost();
  const certificate = certificateIn(await enrolHost(world.context, await enrolmentOf(host, await ticketOf(world))));
  await world.clock.advance(500 * 24 * hourMs);
  const { hostId } = host;
  const nextKeyPem = await createKey();
  const csr = await createRequest({ keyPem: nextKeyPem, commonName: "h" });
  const renewal = { hostId, certificate, csr, signature: signRenewal({ hostId, csr }, host.keyPem) };

  const foreign = await createAuthority({ name: "localhost", nowMs: world.clock.nowMs() });
  const nowMs = world.clock.nowMs();
  const foreignRequest = await createRequest({ keyPem: host.keyPem, commonName: "h" });
  const forged = await issueHostCertificate(foreign, { requestPem: foreignRequest, hostId, address: "h", nowMs });
  const attempts = {
    "another authority's certificate": { ...renewal, certificate: forged },
    "a certificate of the Manager": { ...renewal, certificate: world.pki.client.certificatePem },
    garbage: { ...renewal, certificate: "garbage" },
    "another host's id": { ...renewal, hostId: newId<HostId>() },
    "a signature by the new key": { ...renewal, signature: signRenewal({ hostId, csr }, nextKeyPem) },
    "another request": { ...renewal, csr: await createRequest({ keyPem: await createKey(), commonName: "h" }) },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    assert.equal((await renewHost(world.context, attempt)).status, "refused", name);
  }

  const renewed = certificateIn(await renewHost(world.context, renewal));
  assert.equal(readCertificate(renewed).keyFingerprint, keyFingerprintOf(nextKeyPem));
  assert.ok(readCertificate(renewed).notAfterMs > world.clock.nowMs());
  assert.equal(certificateIn(await renewHost(world.context, renewal)), renewed, "a lost answer is given again");

  const thirdKeyPem = await createKey();
  const thirdCsr = await createRequest({ keyPem: thirdKeyPem, commonName: "h" });
  const third = { hostId, csr: thirdCsr, signature: signRenewal({ hostId, csr: thirdCsr }, host.keyPem), certificate };
  assert.equal((await renewHost(world.context, third)).status, "refused", "a replaced key names no successor");
});
