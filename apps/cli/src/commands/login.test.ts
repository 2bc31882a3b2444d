import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type FakeManager, startFakeManager } from "@yagura/rest-client/testing";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { runCommand } from "../../test/run-cli.ts";

const fixtures = join(import.meta.dirname, "../../../../packages/rest-client/test/fixtures");
const api = { product_info: { name: "Yagura", version: { full_version: "4.5.7" } } };

async function startTlsManager(): Promise<FakeManager> {
  const [authority = "", cert = "", key = ""] = await Promise.all(
    ["ca.pem", "server.pem", "server.key"].map((name) => readFile(join(fixtures, name), "utf8")),
  );
  const manager = await startFakeManager({ tls: { cert, key }, authority });
  manager.on("GET ", { one: ["api", api] });
  manager.on("GET /vms", { list: ["vm", []] });
  return manager;
}

test("login asks for the fingerprint and the password, and keeps a token that only its owner can read", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startTlsManager();
  const options = { directory: directory.path };
  const login = await runCommand(["login", manager.url], { ...options, answers: ["yes", "secret"] });
  assert.equal(login.code, 0, login.stderr);
  assert.match(login.stderr, /SHA-256 fingerprint\n {2}([0-9A-F]{2}:){31}/);
  assert.match(login.stderr, /Password of admin@internal: Logged in to https:\S+ \(Yagura 4\.5\.7\) as admin@internal/);

  const path = join(directory.path, "yagura", "login.json");
  const text = await readFile(path, "utf8");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.doesNotMatch(text, /secret/);
  assert.match(text, /BEGIN CERTIFICATE/);

  assert.equal((await runCommand(["vm", "list"], options)).code, 0);
  assert.equal((await runCommand(["logout"], options)).code, 0);
  assert.equal(new URLSearchParams(manager.requests.at(-1)?.body).get("token"), "token-1");
  assert.equal((await runCommand(["vm", "list"], options)).code, 3);
  assert.match((await runCommand(["logout"], options)).stderr, /Nobody was logged in/);
});

test("login sends no password to a Manager that nobody vouches for", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startTlsManager();
  const options = { directory: directory.path, stdin: "secret\n" };
  const password = ["--password-file", "-"];
  const refused = await runCommand(["login", manager.url, ...password], { ...options, answers: ["no"] });
  assert.equal(refused.code, 1);
  const nobody = await runCommand(["login", manager.url, ...password], options);
  assert.equal(nobody.code, 3);
  const [, fingerprint = ""] = /--ca-fingerprint (\S+)/.exec(nobody.stderr) ?? [];
  const other = await runCommand(["login", manager.url, ...password, "--ca-fingerprint", "AA".repeat(32)], options);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /another fingerprint/);
  assert.ok(manager.requests.every(({ method }) => method === "GET"));

  const right = await runCommand(["login", manager.url, ...password, "--ca-fingerprint", fingerprint], options);
  assert.equal(right.code, 0, right.stderr);
});

test("login takes the authority from a file, and refuses what is none", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startTlsManager();
  const options = { directory: directory.path, stdin: "secret" };
  const withCa = (file: string) => runCommand(["login", manager.url, "--password-file", "-", "--ca", file], options);
  assert.equal((await withCa(join(fixtures, "ca.pem"))).code, 0);
  const notPem = await withCa(join(fixtures, "README.md"));
  assert.equal(notPem.code, 2);
  assert.match(notPem.stderr, /holds no certificate in PEM/);
  assert.match((await withCa(join(directory.path, "none"))).stderr, /cannot be read \(ENOENT\)/);
});

test("a wrong password is said in the words of the Manager, with code 3", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  const { code, stderr } = await runCommand(["login", manager.url], { directory: directory.path, answers: ["wrong"] });
  assert.equal(code, 3);
  assert.match(stderr, /Cannot log in to .*\.\nWhy: cannot log in as admin@internal: Cannot authenticate user/);
});

test("the environment alone is enough for scripts, and the session of each command is ended", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startTlsManager();
  const passwordFile = join(directory.path, "password");
  await writeFile(passwordFile, "secret\n");
  const env = { YAGURA_URL: manager.url, YAGURA_PASSWORD_FILE: passwordFile, YAGURA_CA: join(fixtures, "ca.pem") };
  const run = await runCommand(["vm", "list"], { directory: directory.path, env });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(manager.requests.at(-1)?.path, "/ovirt-engine/services/sso-logout");

  const untrusted = await runCommand(["vm", "list"], {
    directory: directory.path,
    env: { ...env, YAGURA_CA: "/dev/null" },
  });
  assert.equal(untrusted.code, 2);
  const { YAGURA_CA: _, ...withoutCa } = env;
  const selfSigned = await runCommand(["vm", "list"], { directory: directory.path, env: withoutCa });
  assert.equal(selfSigned.code, 3);
  assert.match(selfSigned.stderr, /Do: {2}Say whom to trust/);
});

test("a stored token is never sent to another Manager", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startTlsManager();
  const options = { directory: directory.path };
  await runCommand(["login", manager.url], { ...options, answers: ["yes", "secret"] });
  await using other = await startFakeManager();
  const run = await runCommand(["vm", "list"], { ...options, env: { YAGURA_URL: other.url } });
  assert.equal(run.code, 3);
  assert.deepEqual(other.requests, []);
});

test("an address that would show the password to the network is refused", async () => {
  await using directory = await temporaryDirectory();
  const { code, stderr } = await runCommand(["login", "http://m.example.com"], {
    directory: directory.path,
    answers: ["x"],
  });
  assert.equal(code, 2);
  assert.match(stderr, /http would show passwords/);
});

test("a Manager that does not answer is said plainly, with code 3", async () => {
  await using directory = await temporaryDirectory();
  const run = await runCommand(["login", "http://127.0.0.1:1"], { directory: directory.path, answers: ["x"] });
  assert.equal(run.code, 3);
  assert.match(run.stderr, /cannot reach the Manager.*ECONNREFUSED.*\nDo: {2}Check the address/);
});

test("a damaged login file is said, not guessed from", async () => {
  await using directory = await temporaryDirectory();
  await using manager = await startFakeManager();
  const options = { directory: directory.path };
  manager.on("GET ", { one: ["api", api] });
  await runCommand(["login", manager.url], { ...options, answers: ["secret"] });
  await writeFile(join(directory.path, "yagura", "login.json"), "{");
  const run = await runCommand(["vm", "list"], options);
  assert.equal(run.code, 2);
  assert.match(run.stderr, /login\.json is damaged/);
});
