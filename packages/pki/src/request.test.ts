import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { BadCertificateRequest, BadPrivateKey } from "./errors.ts";
import { createKey, keyFingerprintOf } from "./keys.ts";
import { createRequest, readRequest } from "./request.ts";
import { isStatementSigned, signStatement } from "./statement.ts";

test("a request carries the key that signed it, ECDSA or RSA", async () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
  for (const keyPem of [await createKey(), rsa.toString()]) {
    const request = await readRequest(await createRequest({ keyPem, commonName: "h1" }));
    assert.equal(request.keyFingerprint, keyFingerprintOf(keyPem));
  }
});

test("a request with a changed byte never yields another key", async () => {
  const pem = await createRequest({ keyPem: await createKey(), commonName: "h1" });
  const { der, keyFingerprint } = await readRequest(pem);
  for (let at = 0; at < der.length; at += 1) {
    const changed = Buffer.from(der);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    const found = await readRequest(toPem(changed)).catch((error: unknown) => {
      if (error instanceof BadCertificateRequest) return undefined;
      throw error;
    });
    assert.equal(found?.keyFingerprint ?? keyFingerprint, keyFingerprint, `byte ${at}`);
  }
});

test("weak and oversized keys are refused", async () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" });
  const request = await createRequest({ keyPem: weak.toString(), commonName: "h1" });
  await assert.rejects(readRequest(request), /RSA key of 1024 bits/);
});

test("garbage is refused with the right error", async () => {
  const pem = await createRequest({ keyPem: await createKey(), commonName: "h1" });
  for (const garbage of ["", "{}", pem + pem, pem.slice(0, 200), "x".repeat(100_000)]) {
    await assert.rejects(readRequest(garbage), BadCertificateRequest);
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await assert.rejects(readRequest(toPem(bytes)), BadCertificateRequest);
    }),
    { numRuns: 100 },
  );
});

test("a statement's signature is good for that purpose, those values and that key only", async () => {
  const keyPem = await createKey();
  const { publicKey } = await readRequest(await createRequest({ keyPem, commonName: "h1" }));
  const other = await readRequest(await createRequest({ keyPem: await createKey(), commonName: "h1" }));
  const signature = signStatement("enrol", { name: "h1", port: 54321 }, keyPem);
  const isSigned = (
    purpose: string,
    fields: Record<string, string | number>,
    key = publicKey,
    proof = signature,
  ): boolean => isStatementSigned(purpose, fields, { publicKey: key, signature: proof });
  assert.equal(isSigned("enrol", { port: 54321, name: "h1" }), true);
  assert.equal(isSigned("renew", { name: "h1", port: 54321 }), false);
  assert.equal(isSigned("enrol", { name: "h1\nport: 54321" }), false);
  assert.equal(isSigned("enrol", { name: "h1", port: "54321" }), false);
  assert.equal(isSigned("enrol", { name: "h1", port: 54321 }, other.publicKey), false);
  assert.equal(isSigned("enrol", { name: "h1", port: 54321 }, publicKey, "no signature"), false);
});

test("what is not a private key is refused without saying what it was", () => {
  for (const text of ["", "secret", "x".repeat(20_000)]) {
    assert.throws(
      () => keyFingerprintOf(text),
      (error) => error instanceof BadPrivateKey && !error.message.includes("secret"),
    );
  }
});

function toPem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
}
