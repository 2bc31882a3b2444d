import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Authority,
  type Credentials,
  createAuthority,
  createKey,
  createRequest,
  issueHostCertificate,
  issueManagerClientCertificate,
} from "@yagura/pki";
import { type HostId, newId } from "@yagura/std/ids.ts";

/** An authority for one test, and certificates of it. */
export interface TestPki {
  readonly authority: Authority;
  manager(): Promise<Credentials>;
  host(hostId?: HostId): Promise<Credentials>;
}

export async function createTestPki(): Promise<TestPki> {
  const nowMs = Date.now();
  const authority = await createAuthority({ name: "Test", nowMs });
  const caPem = authority.certificatePem;
  return {
    authority,
    async manager() {
      const keyPem = await createKey();
      return {
        caPem,
        keyPem,
        certificatePem: await issueManagerClientCertificate(authority, { keyPem, name: "manager.test", nowMs }),
      };
    },
    async host(hostId = newId<HostId>()) {
      const keyPem = await createKey();
      const requestPem = await createRequest({ keyPem, commonName: "host.test" });
      const certificatePem = await issueHostCertificate(authority, { requestPem, hostId, address: "host.test", nowMs });
      return { caPem, keyPem, certificatePem };
    },
  };
}

/** Writes a data directory of an agent that is enrolled already. */
export async function enrolByHand(directory: string, hostId: HostId, credentials: Credentials): Promise<void> {
  await mkdir(join(directory, "pki"), { recursive: true });
  await writeFile(join(directory, "host-id"), `${hostId}\n`, { mode: 0o644 });
  await writeFile(join(directory, "pki/ca.pem"), credentials.caPem);
  await writeFile(join(directory, "pki/cert.pem"), credentials.certificatePem);
  await writeFile(join(directory, "pki/key.pem"), credentials.keyPem, { mode: 0o600 });
}
