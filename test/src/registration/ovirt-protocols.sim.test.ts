import assert from "node:assert/strict";
import { request } from "node:https";
import { test } from "node:test";
import { fingerprints } from "@yagura/pki";
import { type HostId, parseId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import type { InjectOptions } from "fastify";
import { ensureEnrolled } from "../../../apps/agent/src/registration/enrol.ts";
import { findEnrolledHost } from "../../../apps/manager/src/db/queries/enrolled-hosts.ts";
import { listHostRequests } from "../../../apps/manager/src/db/queries/host-requests.ts";
import { findHost, listHosts } from "../../../apps/manager/src/db/queries/hosts.ts";
import { approveHost } from "../../../apps/manager/src/enrolment/approve-host.ts";
import { agentSide, type ManagerServers, startManager } from "./registration.fixture.ts";

const hostId = parseId<HostId>("4c4c4544-0042-3510-8054-b4c04f4d3232");
const oldPaths = [
  "/SolidICE/VdsAutoRegistration.aspx",
  "/RHEVManagerWeb/VdsAutoRegistration.aspx",
  "/OvirtEngineWeb/register",
  "/ovirt-engine/services/host-register",
];
const service = "/ovirt-engine/services/host-register?version=1&command=";

/** As curl and Python's requests do it: with the authority, by name. */
async function getOverTls(
  manager: ManagerServers,
  path: string,
): Promise<{ status: number; body: string; type: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string; type: string }>();
  const options = { host: "localhost", port: manager.httpsPort, path, ca: manager.caPem, agent: false, family: 4 };
  request(options, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    response.on("end", () =>
      resolve({ status: response.statusCode ?? 0, body, type: response.headers["content-type"] ?? "" }),
    );
  })
    .on("error", reject)
    .end();
  return promise;
}

test("the sequence of vdsm-tool register ends with a host that waits for approval", async () => {
  await using manager = await startManager();
  const version = await getOverTls(manager, `${service}get-version`);
  assert.deepEqual([version.status, version.body], [200, "1"]);
  const ca = await getOverTls(manager, `${service}get-pki-trust`);
  assert.equal(fingerprints(ca.body).sha1, fingerprints(manager.caPem).sha1);
  const key = await getOverTls(manager, `${service}get-ssh-trust`);
  assert.match(key.body, /^ecdsa-sha2-nistp256 [A-Za-z0-9+/=]+ ovirt-engine\n$/);
  const registered = await getOverTls(
    manager,
    `${service}register&sshUser=root&sshPort=22&port=54322&name=node1&address=node1.example.org&uniqueId=${hostId.toUpperCase()}`,
  );
  assert.deepEqual([registered.status, registered.body], [200, "OK\n"]);
  const host = await findHost(manager.world.context.db, hostId);
  assert.deepEqual(
    [host?.name, host?.address, host?.port, host?.status],
    ["node1", "node1.example.org", 54_322, "pending_approval"],
  );
});

test("register takes vdsPort before port, and the caller's address and name where they are left out", async () => {
  await using manager = await startManager();
  const { body } = await getOverTls(manager, `${service}register&vdsPort=1234&port=54321&uniqueId=${hostId}`);
  assert.equal(body, "OK\n");
  const host = await findHost(manager.world.context.db, hostId);
  assert.deepEqual([host?.name, host?.address, host?.port], ["127.0.0.1", "127.0.0.1", 1234]);
});

test("the old registration answers the server's time on all of its addresses, over TLS and without", async () => {
  await using manager = await startManager();
  await manager.world.clock.advance(1234);
  const query = `?vds_ip=192.0.2.7&vds_name=old.example.org&vds_unique_id=${hostId}_00:1a:4a:00:00:01&port=54321&__VIEWSTATE=`;
  const time = new Date(manager.world.clock.nowMs()).toISOString().slice(0, 19);
  for (const path of oldPaths) {
    for (const server of [manager.https, manager.http]) {
      const answer = await server.inject({ method: "GET", url: path + query });
      assert.deepEqual([answer.statusCode, answer.body], [200, time], path);
    }
  }
  const hosts = await listHosts(manager.world.context.db);
  assert.deepEqual(
    hosts.map(({ id, name, address, status }) => [id, name, address, status]),
    [[hostId, "old.example.org", "192.0.2.7", "pending_approval"]],
  );
});

test("the old registration with a ticket approves at once, and the key may follow with the same ticket", async () => {
  await using manager = await startManager();
  const ticket = await manager.newTicket();
  await using agent = await agentSide(manager, { ticket, address: "127.0.0.7" });
  const query = `?vds_ip=127.0.0.7&vds_name=h1&vds_unique_id=${agent.hostId}&port=54321&ticket=${ticket}`;
  const answer = await manager.https.inject({ method: "GET", url: `${oldPaths[1]}${query}` });
  assert.equal(answer.statusCode, 200);
  assert.equal((await findHost(manager.world.context.db, agent.hostId))?.status, "unassigned");

  await using thief = await agentSide(manager, { address: "127.0.0.66" });
  const stolenId = { ...thief.deps, readSystemUuid: async () => agent.hostId };
  const controller = new AbortController();
  const theft = ensureEnrolled(stolenId, thief.introduction, controller.signal);
  theft.catch(() => undefined);
  await poll("the thief to be told to wait", () => thief.warnings.length > 0, { timeoutMs: 10_000, everyMs: 10 });
  controller.abort(new Error("enough"));
  await assert.rejects(theft, /enough/);

  const { credentials } = await ensureEnrolled(agent.deps, agent.introduction);
  const host = await findEnrolledHost(manager.world.context.db, agent.hostId);
  assert.equal(host?.certificatePem, credentials.certificatePem);
});

test("approving a host that has no key trusts no key", async () => {
  await using manager = await startManager();
  const url = `${oldPaths[0]}?vds_ip=192.0.2.7&vds_unique_id=${hostId}`;
  assert.equal((await manager.http.inject({ method: "GET", url })).statusCode, 200);
  await approveHost(manager.world.context, { hostId });
  const host = await findEnrolledHost(manager.world.context.db, hostId);
  assert.deepEqual([host?.status, host?.keyFingerprint], ["unassigned", undefined]);
  assert.equal((await manager.http.inject({ method: "GET", url })).statusCode, 200, "asking again is harmless");
  assert.deepEqual(await listHostRequests(manager.world.context.db), []);
});

test("a ticket over plain HTTP is refused and void, wherever it was", async () => {
  await using manager = await startManager();
  const base = `vds_ip=192.0.2.7&vds_name=h&vds_unique_id=${hostId}`;
  const attempts: ((ticket: string) => InjectOptions)[] = [
    (ticket) => ({ method: "GET", url: `${oldPaths[0]}?${base}&ticket=${ticket}` }),
    (ticket) => ({ method: "GET", url: `${oldPaths[0]}?ticket=${ticket}&${base}&ticket=x` }),
    (ticket) => ({ method: "GET", url: `${service}register&uniqueId=${hostId}&ticket=${ticket}` }),
    (ticket) => ({ method: "GET", url: `${service}get-version&ticket=${ticket}` }),
    (ticket) => ({ method: "POST", url: "/ovirt-engine/services/host-enrol", payload: { ticket } }),
  ];
  for (const attempt of attempts) {
    const ticket = await manager.newTicket();
    const refused = await manager.http.inject(attempt(ticket));
    assert.equal(refused.statusCode, 403);
    assert.match(refused.body, /must not be sent over plain HTTP/);
    const later = await manager.https.inject({ method: "GET", url: `${oldPaths[0]}?${base}&ticket=${ticket}` });
    assert.deepEqual([later.statusCode, later.body], [403, "the ticket was withdrawn\n"]);
  }
  assert.deepEqual(await listHosts(manager.world.context.db), []);
  assert.ok(manager.world.events.every((event) => event.name === "hostRegistrationFailed"));
});

test("over plain HTTP no key is certified and no SSH key is told", async () => {
  await using manager = await startManager();
  for (const path of ["host-enrol", "host-renew"]) {
    const answer = await manager.http.inject({ method: "POST", url: `/ovirt-engine/services/${path}`, payload: {} });
    assert.deepEqual([answer.statusCode, answer.json().code], [403, "plain-http"]);
  }
  for (const url of [`${service}get-ssh-trust`, "/rhevm.ssh.key.txt"]) {
    assert.equal((await manager.http.inject({ method: "GET", url })).statusCode, 403);
    assert.equal((await manager.https.inject({ method: "GET", url })).statusCode, 200);
  }
  for (const url of [`${service}get-pki-trust`, "/ca.crt"]) {
    assert.equal((await manager.http.inject({ method: "GET", url })).body, manager.caPem);
  }
});

test("bad input gets a clear error, and changes nothing", async () => {
  await using manager = await startManager();
  const good = { vds_ip: "192.0.2.7", vds_name: "h", vds_unique_id: hostId, port: "54321" };
  const bad: Record<string, string>[] = [
    { vds_ip: "" },
    { vds_ip: "192.0.2.7; rm" },
    { vds_ip: "fe80::1%eth0" },
    { vds_ip: "1.2.3.4.5" },
    { vds_ip: `${"a".repeat(64)}.org` },
    { vds_ip: "*.example.org" },
    { vds_ip: "a".repeat(300) },
    { vds_name: "<script>" },
    { vds_name: "a b" },
    { vds_name: "x".repeat(256) },
    { vds_unique_id: "" },
    { vds_unique_id: "00000000-0000-0000-0000-000000000000" },
    { vds_unique_id: "not-a-uuid" },
    { vds_unique_id: `${hostId}_${"0".repeat(100)}` },
    { port: "0" },
    { port: "65536" },
    { port: "-1" },
    { port: "1e3" },
    { port: "" },
    { ticket: "" },
    { ticket: "x".repeat(300) },
    { ticket: "unknown" },
  ];
  for (const change of bad) {
    const query = new URLSearchParams({ ...good, ...change }).toString();
    const answer = await manager.https.inject({ method: "GET", url: `${oldPaths[3]}?${query}` });
    assert.ok([400, 403].includes(answer.statusCode), `${query}: ${answer.statusCode}`);
    assert.ok(answer.body.length > 5);
  }
  const twice = Object.keys(good).map((key) => `${new URLSearchParams(good)}&${key}=x`);
  const odd = [
    ...twice,
    "vds_ip[]=a",
    "__proto__=x",
    "",
    `${new URLSearchParams(good)}&version=2`,
    "version=1",
    "version=1&command=constructor",
  ];
  for (const query of odd) {
    const answer = await manager.https.inject({ method: "GET", url: `${oldPaths[3]}?${query}` });
    assert.equal(answer.statusCode, 400, query);
  }
  const bodies: unknown[] = [
    null,
    [],
    {},
    "x",
    { hostId: {} },
    { hostId, name: [], address: null, port: "1", csr: 1, proof: {} },
  ];
  for (const path of ["host-enrol", "host-renew"]) {
    const url = `/ovirt-engine/services/${path}`;
    for (const body of bodies) {
      const headers = { "content-type": "application/json" };
      const answer = await manager.https.inject({ method: "POST", url, headers, payload: JSON.stringify(body) });
      assert.deepEqual([answer.statusCode, answer.json().code], [400, "bad-request"], JSON.stringify(body));
    }
    const broken = await manager.https.inject({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      payload: "{",
    });
    assert.equal(broken.statusCode, 400);
    const long = await manager.https.inject({ method: "POST", url, payload: { csr: "x".repeat(40_000) } });
    assert.equal(long.statusCode, 413);
    const text = await manager.https.inject({
      method: "POST",
      url,
      headers: { "content-type": "text/xml" },
      payload: "<a/>",
    });
    assert.equal(text.statusCode, 415);
  }
  assert.equal(
    (await manager.https.inject({ method: "HEAD", url: `${oldPaths[0]}?${new URLSearchParams(good)}` })).statusCode,
    404,
  );
  assert.deepEqual(await listHosts(manager.world.context.db), []);
});

test("one caller that asks without end is told to wait, and is heard again later", async () => {
  await using manager = await startManager();
  const ask = () => manager.http.inject({ method: "GET", url: `${service}get-version` });
  const statuses = [];
  for (let count = 0; count < 201; count += 1) statuses.push((await ask()).statusCode);
  assert.deepEqual([statuses[199], statuses[200]], [200, 429]);
  await manager.world.clock.advance(1000);
  assert.equal((await ask()).statusCode, 200);
});

test("the Manager's own name is not given to another machine", async () => {
  await using manager = await startManager();
  const url = `${oldPaths[0]}?vds_ip=MANAGER.example.org&vds_unique_id=${hostId}`;
  const far = await manager.https.inject({ method: "GET", url, remoteAddress: "192.0.2.9" });
  assert.equal(far.statusCode, 409);
  assert.equal((await manager.https.inject({ method: "GET", url })).statusCode, 200, "the machine itself may");
});

test("a body without end is answered, and the connection closed", async () => {
  await using manager = await startManager();
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    connection: string | undefined;
  }>();
  const headers = { "content-type": "application/json" };
  const path = "/ovirt-engine/services/host-enrol";
  const outgoing = request(
    {
      host: "localhost",
      family: 4,
      port: manager.httpsPort,
      path,
      method: "POST",
      headers,
      ca: manager.caPem,
      agent: false,
    },
    (response) => {
      resolve({ status: response.statusCode, connection: response.headers.connection });
      outgoing.destroy();
    },
  );
  outgoing.on("error", reject);
  outgoing.write("x".repeat(40_000));
  assert.deepEqual(await promise, { status: 413, connection: "close" });
});
