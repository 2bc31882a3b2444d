import assert from "node:assert/strict";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { isSameAuthority } from "../authority.ts";
import { readCertificate } from "../certificate.ts";
import { verifyCertificate } from "../verify.ts";
import { ensureManagerPki, ManagerPkiDamaged } from "./manager-pki.ts";

const nowMs = Date.UTC(2026, 10, 22);
const dayMs = 24 * 3_600_000;
const names: [string, ...string[]] = ["m.example.org", "127.0.0.1", "::1"];

test("the Manager's keys are created once and read afterwards", async () => {
  await using parent = await temporaryDirectory();
  const directory = join(parent.path, "pki");
  const first = await ensureManagerPki({ directory, names, nowMs });
  const second = await ensureManagerPki({ directory, names, nowMs });
  assert.deepEqual(second, first);
  assert.deepEqual(first.changed, []);
  for (const name of (await readdir(directory)).filter((file) => file.endsWith("-key.pem"))) {
    assert.equal((await stat(join(directory, name))).mode & 0o777, 0o600, name);
  }
  assert.deepEqual(await readdir(parent.path), ["pki"]);
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
});

test("the server's certificate covers all names, and is issued again when one is added", async () => {
  await using parent = await temporaryDirectory();
  const directory = join(parent.path, "pki");
  const first = await ensureManagerPki({ directory, names, nowMs });
  const { parsed } = readCertificate(first.server.certificatePem);
  assert.equal(parsed.checkHost("m.example.org"), "m.example.org");
  assert.equal(parsed.checkIP("127.0.0.1"), "127.0.0.1");
  assert.equal(parsed.checkIP("::1"), "::1");
  const second = await ensureManagerPki({ directory, names: [...names, "console.example.org"], nowMs });
  assert.deepEqual(second.changed, ["server"]);
  assert.equal(second.server.keyPem, first.server.keyPem);
});

test("certificates are renewed when a third of their life remains, with the keys they had", async () => {
  await using parent = await temporaryDirectory();
  const directory = join(parent.path, "pki");
  const first = await ensureManagerPki({ directory, names, nowMs });
  const early = await ensureManagerPki({ directory, names, nowMs: nowMs + 200 * dayMs });
  assert.deepEqual(early.changed, []);
  const late = await ensureManagerPki({ directory, names, nowMs: nowMs + 300 * dayMs });
  assert.deepEqual(late.changed, ["server", "client"]);
  const years = await ensureManagerPki({ directory, names, nowMs: nowMs + 3000 * dayMs });
  assert.deepEqual(years.changed, ["authority", "server", "client"]);
  assert.equal(isSameAuthority(first.authority.certificatePem, years.authority.certificatePem), true);
  const verdict = verifyCertificate(years.client.certificatePem, {
    authorityPem: first.authority.certificatePem,
    role: "manager",
    nowMs: nowMs + 3000 * dayMs,
  });
  assert.equal(verdict.isTrusted, true);
});

test("a lost or changed file stops the Manager rather than making a new authority", async () => {
  for (const name of ["ca.pem", "ca-key.pem", "server.pem", "server-key.pem", "client.pem", "client-key.pem"]) {
    await using parent = await temporaryDirectory();
    const directory = join(parent.path, "pki");
    await ensureManagerPki({ directory, names, nowMs });
    await writeFile(join(directory, name), "-----BEGIN");
    await assert.rejects(ensureManagerPki({ directory, names, nowMs }), ManagerPkiDamaged);
    await rm(join(directory, name));
    await assert.rejects(ensureManagerPki({ directory, names, nowMs }), new RegExp(`lacks ${name}`));
  }
});

test("a first start that was killed leaves nothing in the way of the next", async () => {
  await using parent = await temporaryDirectory();
  const directory = join(parent.path, "pki");
  await writeFile(join(parent.path, "other"), "");
  await ensureManagerPki({ directory: join(parent.path, "pki.unfinished-x1", "inner"), names, nowMs });
  await ensureManagerPki({ directory, names, nowMs });
  assert.deepEqual((await readdir(parent.path)).toSorted(), ["other", "pki"]);
});
