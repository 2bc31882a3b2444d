import assert from "node:assert/strict";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type HostId, parseId } from "@yagura/std/ids.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { createAuthority } from "../authority.ts";
import { issueHostCertificate } from "../issue.ts";
import { createRequest } from "../request.ts";
import { CredentialStore } from "./credential-store.ts";
import { planStoreRecovery } from "./plan-store-recovery.ts";

const nowMs = Date.UTC(2026, 10, 22);
const authority = createAuthority({ name: "m", nowMs });

async function certificateFor(keyPem: string): Promise<string> {
  const requestPem = await createRequest({ keyPem, commonName: "h1" });
  const hostId = parseId<HostId>("0f6b1c0e-5a3b-4d0f-9d4e-3d5a3b4d0f9d");
  return issueHostCertificate(await authority, { requestPem, hostId, address: "h1", nowMs });
}

test("a store keeps keys private, also against a umask or a hand that opened them", async () => {
  await using directory = await temporaryDirectory();
  const store = new CredentialStore(join(directory.path, "pki"));
  await store.read();
  const keyPem = await store.ensureKey();
  assert.equal(await store.ensureKey(), keyPem, "a key is created once");
  const path = join(directory.path, "pki", "key.pem");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await chmod(path, 0o644);
  await store.read();
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a renewal that died after its certificate was written is finished by the next reader", async () => {
  await using directory = await temporaryDirectory();
  const store = new CredentialStore(directory.path);
  await store.installCertificate(await certificateFor(await store.ensureKey()));
  const nextKeyPem = await store.ensureNextKey();
  const renewed = await certificateFor(nextKeyPem);
  await store.installCertificate(renewed); // what installRenewed does first
  const found = await new CredentialStore(directory.path).read();
  assert.deepEqual(
    [found.keyPem, found.certificatePem, found.nextKeyPem, found.problems],
    [nextKeyPem, renewed, undefined, []],
  );
  assert.deepEqual((await readdir(directory.path)).toSorted(), ["cert.pem", "key.pem"]);
});

test("damaged files are put aside and named, never used and never deleted", async () => {
  await using directory = await temporaryDirectory();
  const store = new CredentialStore(directory.path);
  const certificate = await certificateFor(await store.ensureKey());
  await store.installCertificate(certificate);
  await writeFile(join(directory.path, "key.pem"), "-----BEGIN PRIVATE KEY-----\nMIGH");
  await writeFile(join(directory.path, "ca.pem"), "");
  await writeFile(join(directory.path, ".writing-key.pem-0011"), "half");
  const found = await store.read();
  assert.deepEqual([found.keyPem, found.certificatePem, found.caPem], [undefined, undefined, undefined]);
  assert.equal(found.problems.length, 3);
  assert.deepEqual((await readdir(directory.path)).toSorted(), [
    "ca.pem.damaged",
    "cert.pem.damaged",
    "key.pem.damaged",
  ]);
  assert.equal(await readFile(join(directory.path, "cert.pem.damaged"), "utf8"), certificate);
});

test("planStoreRecovery keeps whatever fits together", async () => {
  const store = { ca: undefined, certificate: undefined, key: undefined, nextKey: undefined };
  await using directory = await temporaryDirectory();
  const files = new CredentialStore(directory.path);
  const [key, nextKey] = [await files.ensureKey(), await files.ensureNextKey()];
  const certificate = await certificateFor(key);
  const next = await certificateFor(nextKey);
  const cases: [string, Partial<typeof store> | Record<string, string>, boolean, number][] = [
    ["nothing", {}, false, 0],
    ["a key alone", { key }, false, 0],
    ["key and certificate", { key, certificate }, false, 0],
    ["a renewal that was not answered", { key, nextKey, certificate }, false, 0],
    ["a renewal that was answered", { key, nextKey, certificate: next }, true, 0],
    ["a certificate without its key", { certificate }, false, 1],
    ["a lost old key during a renewal that was answered", { nextKey, certificate: next }, true, 0],
  ];
  for (const [name, texts, finishRenewal, damaged] of cases) {
    const plan = planStoreRecovery({ ...store, ...texts });
    assert.deepEqual([plan.finishRenewal, plan.damaged.length], [finishRenewal, damaged], name);
  }
});
