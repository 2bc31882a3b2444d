import assert from "node:assert/strict";
import { test } from "node:test";
import { type HostId, parseId } from "@yagura/std/ids.ts";
import fc from "fast-check";
import { type Authority, createAuthority, isSameAuthority, renewAuthority } from "./authority.ts";
import { readCertificate } from "./certificate.ts";
import { BadCertificate } from "./errors.ts";
import { BACKDATE_MS, CERTIFICATE_LIFE_MS, issueHostCertificate, issueManagerClientCertificate } from "./issue.ts";
import { createKey } from "./keys.ts";
import { peerIdentity } from "./peer-identity.ts";
import { renewAtMs, shouldRenew } from "./renewal.ts";
import { createRequest } from "./request.ts";
import { type VerifyOptions, verifyCertificate } from "./verify.ts";

const nowMs = Date.UTC(2026, 10, 22);
const hostId = parseId<HostId>("0f6b1c0e-5a3b-4d0f-9d4e-3d5a3b4d0f9d");

async function hostCertificate(authority: Authority, address = "h1.example.org"): Promise<string> {
  const requestPem = await createRequest({ keyPem: await createKey(), commonName: "OU=manager" });
  return issueHostCertificate(authority, { requestPem, hostId, address, nowMs });
}

function verdict(certificate: string | Uint8Array, options: Partial<VerifyOptions> & { authorityPem: string }): string {
  const found = verifyCertificate(certificate, { nowMs, role: "host", ...options });
  return found.isTrusted ? "trusted" : found.because;
}

test("a host's certificate is trusted from an hour before it was issued until its last second", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const pem = await hostCertificate(authority);
  const at = (atMs: number): string => verdict(pem, { authorityPem: authority.certificatePem, nowMs: atMs });
  assert.equal(at(nowMs - BACKDATE_MS - 1), "not yet valid");
  assert.equal(at(nowMs - BACKDATE_MS), "trusted");
  assert.equal(at(nowMs + CERTIFICATE_LIFE_MS), "trusted");
  assert.equal(at(nowMs + CERTIFICATE_LIFE_MS + 1000), "expired");
});

test("an expired certificate can be accepted for renewal, one from the future cannot", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const pem = await hostCertificate(authority);
  const base = { authorityPem: authority.certificatePem, mayBeExpired: true };
  assert.equal(verdict(pem, { ...base, nowMs: nowMs + 10 * CERTIFICATE_LIFE_MS }), "trusted");
  assert.equal(verdict(pem, { ...base, nowMs: nowMs - 2 * BACKDATE_MS }), "not yet valid");
});

test("a certificate of another authority is not trusted, even if that one has the same name", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const other = await createAuthority({ name: "m", nowMs });
  const namesake = await renewAuthority({ ...authority, keyPem: other.keyPem }, nowMs);
  for (const foreign of [other, namesake]) {
    assert.equal(
      verdict(await hostCertificate(foreign), { authorityPem: authority.certificatePem }),
      "other authority",
    );
    assert.equal(isSameAuthority(authority.certificatePem, foreign.certificatePem), false);
  }
});

test("a renewed authority is the same one, and still vouches for what it signed before", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const pem = await hostCertificate(authority);
  const renewed = await renewAuthority(authority, nowMs + 1_000_000);
  assert.equal(isSameAuthority(authority.certificatePem, renewed.certificatePem), true);
  assert.equal(verdict(pem, { authorityPem: renewed.certificatePem }), "trusted");
});

test("roles are not interchangeable, and the authority's own certificate is nobody's", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const authorityPem = authority.certificatePem;
  const manager = await issueManagerClientCertificate(authority, {
    keyPem: await createKey(),
    name: "m.example.org",
    nowMs,
  });
  assert.equal(verdict(manager, { authorityPem }), "wrong role");
  assert.equal(verdict(manager, { authorityPem, role: "manager" }), "trusted");
  assert.equal(verdict(await hostCertificate(authority), { authorityPem, role: "manager" }), "wrong role");
  assert.equal(verdict(authorityPem, { authorityPem }), "an authority itself");
});

test("the names in a certificate are the issuer's, whatever the request asked for", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const pem = await hostCertificate(authority, "fe80::1");
  assert.deepEqual(peerIdentity(readCertificate(pem).der), { role: "host", commonName: "fe80::1", hostId });
  const { parsed } = readCertificate(pem);
  assert.equal(parsed.subjectAltName, `IP Address:FE80:0:0:0:0:0:0:1, URI:urn:uuid:${hostId}`);
  assert.equal(parsed.subject, "O=Yagura\nOU=host\nCN=fe80::1");
});

test("an address cannot smuggle another role into the subject", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  for (const address of ["h1,OU=manager", "h1+OU=manager", "h1/OU=manager", "h1\nOU=manager", "#0c016d"]) {
    assert.equal(peerIdentity(await hostCertificate(authority, address)).role, "host", address);
  }
});

test("a name of more than 64 characters is whole in the alternative names", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const address = `${"a".repeat(60)}.${"b".repeat(60)}.example.org`;
  const { parsed } = readCertificate(await hostCertificate(authority, address));
  assert.equal(parsed.checkHost(address, { subject: "never" }), address);
});

test("a certificate never outlives its authority", async () => {
  const authority = await createAuthority({ name: "m", nowMs: nowMs - 9.9 * 365 * 24 * 3_600_000 });
  const host = readCertificate(await hostCertificate(authority));
  assert.equal(host.notAfterMs, readCertificate(authority.certificatePem).notAfterMs);
});

test("serial numbers are positive, long and different", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const serials = await Promise.all(
    [1, 2, 3].map(async () => readCertificate(await hostCertificate(authority)).serialNumber),
  );
  assert.equal(new Set(serials).size, 3);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{31}$/);
});

test("garbage is unreadable, never an unexpected error", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const pem = await hostCertificate(authority);
  const { der } = readCertificate(pem);
  const authorityPem = authority.certificatePem;
  for (const garbage of ["", "x", `${pem}${pem}`, "x".repeat(20_000), pem.slice(0, 300), Buffer.alloc(20_000)]) {
    assert.equal(verdict(garbage, { authorityPem }), "unreadable");
    assert.throws(() => readCertificate(garbage), BadCertificate);
  }
  for (let length = 0; length < der.length; length += 7) {
    assert.notEqual(verdict(der.subarray(0, length), { authorityPem }), "trusted");
  }
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string()), (bytes) => {
      assert.equal(verdict(bytes, { authorityPem }), "unreadable");
    }),
    { numRuns: 200 },
  );
});

test("no single changed byte leaves a certificate trusted", async () => {
  const authority = await createAuthority({ name: "m", nowMs });
  const { der } = readCertificate(await hostCertificate(authority));
  for (let at = 0; at < der.length; at += 1) {
    const changed = Buffer.from(der);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    assert.notEqual(verdict(changed, { authorityPem: authority.certificatePem }), "trusted", `byte ${at}`);
  }
});

test("a certificate is due for renewal when a third of its life remains", () => {
  const certificate = { notBeforeMs: 1000, notAfterMs: 4000 };
  assert.equal(renewAtMs(certificate), 3000);
  assert.deepEqual(
    [2999, 3000, 4000, 9000].map((atMs) => shouldRenew(certificate, atMs)),
    [false, true, true, true],
  );
});
