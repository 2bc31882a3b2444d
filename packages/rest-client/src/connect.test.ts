import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startFakeManager } from "../test/fake-manager.ts";
import { fetchAuthority, isSameFingerprint } from "./authority.ts";
import { connectManager } from "./connect.ts";
import { CannotLogIn, CannotReachManager, isNotFound, RestFault, StrangeAnswer } from "./errors.ts";

const user = { username: "admin@internal", password: "secret" };
const fixtures = join(import.meta.dirname, "../test/fixtures");

for (const format of ["json", "xml"] as const) {
  test(`a client lists, gets, adds, updates and removes in ${format}`, async () => {
    await using manager = await startFakeManager();
    manager.on("GET /vms", { list: ["vm", [{ id: "1", name: "web", memory: 1073741824 }]] });
    manager.on("GET /vms/{id}", { one: ["vm", { id: "1", name: "web", status: "up", stateless: false }] });
    manager.on("POST /vms", (request) => ({
      status: 202,
      one: ["vm", { ...request.document("vm"), id: "2", creation_status: "pending" }],
    }));
    manager.on("PUT /vms/{id}", (request) => ({ one: ["vm", { id: "1", ...request.document("vm") }] }));
    manager.on("DELETE /vms/{id}", { one: ["action", { status: "complete" }] });
    using client = await connectManager({ url: manager.url, ...user, format, locale: "ja" });

    assert.deepEqual(await client.vms.list({ search: "name=web", max: 5, follow: "nics" }), [
      { id: "1", name: "web", memory: 1073741824 },
    ]);
    assert.deepEqual(await client.vms.get("1"), { id: "1", name: "web", status: "up", stateless: false });
    const added = await client.vms.add(
      { name: "db", cluster: { name: "Default" } },
      { clone: true },
      { correlationId: "c1" },
    );
    assert.deepEqual(added, { id: "2", name: "db", cluster: { name: "Default" }, creation_status: "pending" });
    assert.deepEqual(await client.vms.update("1", { memory: 5 }), { id: "1", memory: 5 });
    await client.vms.remove("1", { detach_only: true });

    const [, list, , add, , remove] = manager.requests;
    assert.equal(String(list?.query), "search=name%3Dweb&max=5&follow=nics");
    assert.equal(list?.headers.accept, `application/${format}`);
    assert.equal(list?.headers["accept-language"], "ja");
    assert.equal(list?.headers.version, "4");
    assert.equal(String(add?.query), "clone=true&correlation_id=c1");
    assert.equal(String(remove?.query), "detach_only=true");
  });

  test(`a client runs actions and reaches what is below an item in ${format}`, async () => {
    await using manager = await startFakeManager();
    manager.on("POST /vms/{id}/start", (request) => ({
      one: ["action", { ...request.document("action"), status: "complete" }],
    }));
    manager.on("POST /hosts/{id}/forceselectspm", { one: ["action", { status: "complete" }] });
    manager.on("GET /vms/{id}/diskattachments", { list: ["disk_attachment", [{ id: "d", bootable: true }]] });
    using client = await connectManager({ url: manager.url, ...user, format });

    assert.deepEqual(await client.vms.action("a b/c", "start", { pause: true }), { pause: true, status: "complete" });
    await client.hosts.action("h", "force_select_spm");
    assert.deepEqual(await client.vms.at("1").disk_attachments.list(), [{ id: "d", bootable: true }]);
    assert.deepEqual(manager.log(), [
      "POST /vms/a%20b%2Fc/start",
      "POST /hosts/h/forceselectspm",
      "GET /vms/1/diskattachments",
    ]);
  });

  test(`faults become RestFault in ${format}, alone or inside an action`, async () => {
    await using manager = await startFakeManager();
    const fault = { reason: "Operation Failed", detail: "[Cannot run VM. The VM is up.]" };
    manager.on("POST /vms", { status: 400, one: ["fault", fault] });
    manager.on("POST /vms/{id}/start", { status: 409, one: ["action", { status: "failed", fault }] });
    manager.on("POST /vms/{id}/stop", { status: 200, one: ["action", { status: "failed", fault }] });
    using client = await connectManager({ url: manager.url, ...user, format });
    const isFault = (status: number) => (error: unknown) =>
      error instanceof RestFault &&
      error.status === status &&
      error.detail === fault.detail &&
      error.reason === fault.reason;

    await assert.rejects(client.vms.add({}), isFault(400));
    await assert.rejects(client.vms.action("1", "start"), isFault(409));
    await assert.rejects(client.vms.action("1", "stop"), isFault(200));
    await assert.rejects(client.vms.get("nothing"), isNotFound);
  });
}

test("a client logs in again once when its token has expired, however many calls find out", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /vms", { list: ["vm", []] });
  using client = await connectManager({ url: manager.url, ...user });
  manager.expireToken();
  await Promise.all([client.vms.list(), client.vms.list(), client.vms.list()]);
  assert.equal(manager.requests.filter(({ path }) => path.endsWith("/oauth/token")).length, 2);
  assert.equal(await client.token(), "token-2");
});

test("a client that has only a token cannot log in again, and says so", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /vms", { list: ["vm", []] });
  using client = await connectManager({ url: manager.url, token: "old" });
  await assert.rejects(client.vms.list(), (error) => error instanceof CannotLogIn && /expired/.test(error.message));
});

test("logout gives the token back", async () => {
  await using manager = await startFakeManager();
  using client = await connectManager({ url: manager.url, ...user });
  await client.logout();
  const last = manager.requests.at(-1);
  assert.equal(last?.path, "/ovirt-engine/services/sso-logout");
  assert.equal(new URLSearchParams(last?.body).get("token"), "token-1");
});

test("a wrong password is CannotLogIn in the words of the Manager", async () => {
  await using manager = await startFakeManager();
  await assert.rejects(
    connectManager({ url: manager.url, username: "admin@internal", password: "wrong" }),
    (error) => error instanceof CannotLogIn && /user name or password is incorrect/.test(error.message),
  );
});

test("an address where nothing listens, or something else does, is said plainly", async () => {
  await assert.rejects(connectManager({ url: "http://127.0.0.1:1", ...user }), CannotReachManager);
  await using manager = await startFakeManager();
  manager.on("POST /ovirt-engine/sso/oauth/token", { text: "<html>hello</html>" });
  await assert.rejects(connectManager({ url: manager.url, ...user }), StrangeAnswer);
});

test("answers that no Manager gives are StrangeAnswer", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /vms", { headers: { "content-type": "text/html" }, text: "<html></html>" });
  manager.on("GET /hosts", { status: 302, headers: { location: "/elsewhere" } });
  manager.on("GET /disks", { status: 204 });
  manager.on("GET /jobs", { text: '{"job":[{"status":{}}]}' });
  using client = await connectManager({ url: manager.url, ...user });
  for (const call of [client.vms.list(), client.hosts.list(), client.disks.list(), client.jobs.list()]) {
    await assert.rejects(call, StrangeAnswer);
  }
});

test("a word that this client does not know yet is left out", async () => {
  await using manager = await startFakeManager();
  manager.on("GET /vms/{id}", { text: '{"id":"1","status":"teleporting"}' });
  using client = await connectManager({ url: manager.url, ...user });
  assert.deepEqual(await client.vms.get("1"), { id: "1" });
});

test("an id that would address something else never leaves the client", async () => {
  await using manager = await startFakeManager();
  using client = await connectManager({ url: manager.url, ...user });
  for (const id of ["", ".", ".."]) assert.throws(() => client.vms.remove(id), TypeError);
  assert.deepEqual(manager.log(), []);
});

test("a call ends at its deadline and by its signal", async () => {
  await using manager = await startFakeManager();
  const { promise, resolve } = Promise.withResolvers<void>();
  manager.on("GET /vms", async () => {
    await promise;
    return {};
  });
  using client = await connectManager({ url: manager.url, ...user });
  await assert.rejects(client.vms.list({}, { timeoutMs: 30 }), { name: "DeadlineExceeded" });
  const controller = new AbortController();
  const call = client.vms.list({}, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(call, /enough/);
  resolve();
});

test("TLS: only the given authority is trusted, and a first look tells its fingerprint", async () => {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "server.pem", "server.key"].map((name) => readFile(join(fixtures, name), "utf8")),
  );
  await using manager = await startFakeManager({ tls: { cert: cert ?? "", key: key ?? "" }, authority: ca ?? "" });
  await assert.rejects(
    connectManager({ url: manager.url, ...user }),
    (error) => error instanceof CannotReachManager && /certificate|self/.test(String((error.cause as Error).message)),
  );
  const { pem, fingerprint } = await fetchAuthority(manager.url);
  assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.ok(isSameFingerprint(fingerprint, fingerprint.toLowerCase().replaceAll(":", "")));
  assert.ok(!isSameFingerprint("", ""));
  using trusted = await connectManager({ url: manager.url, ...user, ca: pem });
  assert.equal(await trusted.token(), "token-1");
  using reckless = await connectManager({ url: manager.url, ...user, insecure: true });
  assert.equal(await reckless.token(), "token-2");
});
