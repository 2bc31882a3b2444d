import type { ConnectionOptions } from "node:tls";
import {
  type Authority,
  createKey,
  createRequest,
  issueHostCertificate,
  issueManagerClientCertificate,
} from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { HostCredentials } from "./mod.ts";

/** What a host has after its registration. */
export async function hostCredentials(authority: Authority, hostId: HostId): Promise<HostCredentials> {
  const key = await createKey();
  const requestPem = await createRequest({ keyPem: key, commonName: "localhost" });
  // TLS looks at the real time.
  const nowMs = systemClock.nowMs();
  const cert = await issueHostCertificate(authority, { requestPem, hostId, address: "127.0.0.1", nowMs });
  return { ca: authority.certificatePem, cert, key };
}

/** What a Manager connects with. */
export async function managerTls(authority: Authority): Promise<ConnectionOptions> {
  const key = await createKey();
  const nowMs = systemClock.nowMs();
  const cert = await issueManagerClientCertificate(authority, { keyPem: key, name: "manager", nowMs });
  return { ca: authority.certificatePem, cert, key };
}
