import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createAuthority } from "./authority.ts";
import { readCertificate } from "./certificate.ts";
import { findFingerprint, fingerprints, sameFingerprint } from "./fingerprint.ts";
import { issueManagerServerCertificate } from "./issue.ts";
import { openSshPublicKey } from "./openssh.ts";

const nowMs = Date.UTC(2026, 10, 22);

test("fingerprints are hashes of the DER bytes, SHA-1 in the form that vdsm-tool compares", async () => {
  const { certificatePem } = await createAuthority({ name: "m", nowMs });
  const { der } = readCertificate(certificatePem);
  const { sha1, sha256 } = fingerprints(certificatePem);
  assert.equal(sha256, createHash("sha256").update(der).digest("hex"));
  assert.match(sha1, /^([0-9a-f]{2}:){19}[0-9a-f]{2}$/);
  assert.equal(sha1.replaceAll(":", ""), createHash("sha1").update(der).digest("hex"));
});

test("findFingerprint takes what people paste, and nothing else", () => {
  const plain = "0a".repeat(32);
  for (const text of [plain, plain.toUpperCase(), `SHA256:${plain}`, ` ${"0A:".repeat(31)}0a\n`, `sha-256=${plain}`]) {
    assert.equal(findFingerprint(text), plain);
  }
  for (const text of ["", "0a".repeat(31), `${plain}0`, "zz".repeat(32), "0a".repeat(20)]) {
    assert.equal(findFingerprint(text), undefined);
  }
  assert.equal(sameFingerprint(plain, plain), true);
  assert.equal(sameFingerprint(plain, plain.slice(2)), false);
  assert.equal(sameFingerprint(plain, "0b".repeat(32)), false);
});

test("openSshPublicKey writes RSA and ECDSA keys as OpenSSH does", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const lineOf = async (keyPem: string): Promise<string[]> => {
    const certificate = await issueManagerServerCertificate(authority, { keyPem, names: ["m"], nowMs });
    return openSshPublicKey(certificate, "ovirt engine").split(" ");
  };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [type, blob = "", comment] = await lineOf(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  assert.deepEqual([type, comment], ["ssh-rsa", "ovirt-engine\n"]);
  const { n = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const bytes = Buffer.from(blob, "base64");
  assert.equal(bytes.subarray(-256).toString("base64url"), n);
  assert.equal(bytes.at(-257), 0, "the modulus is positive");

  const [ecType, ecBlob = ""] = await lineOf(authority.keyPem);
  assert.equal(ecType, "ecdsa-sha2-nistp256");
  assert.equal(Buffer.from(ecBlob, "base64").length, 4 + 19 + 4 + 8 + 4 + 65);
});
