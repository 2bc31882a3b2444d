// Certificates of the Manager and its hosts. Time is always a parameter; trust is always a value that says why not.

export { type Authority, createAuthority, isSameAuthority, renewAuthority } from "./authority.ts";
export { type Certificate, readCertificate } from "./certificate.ts";
export { BadCertificate, BadCertificateRequest, BadPrivateKey } from "./errors.ts";
export { type Fingerprints, findFingerprint, fingerprints, sameFingerprint } from "./fingerprint.ts";
export {
  BACKDATE_MS,
  CERTIFICATE_LIFE_MS,
  type HostCertificateOptions,
  hostUrn,
  issueHostCertificate,
  issueManagerClientCertificate,
  issueManagerServerCertificate,
} from "./issue.ts";
export { createKey, keyFingerprint, keyFingerprintOf } from "./keys.ts";
export { openSshPublicKey } from "./openssh.ts";
export { type PeerIdentity, peerIdentity } from "./peer-identity.ts";
export {
  type EnrolmentStatement,
  isEnrolmentSigned,
  isRenewalSigned,
  type RenewalStatement,
  signEnrolment,
  signRenewal,
} from "./proofs.ts";
export { renewAtMs, shouldRenew } from "./renewal.ts";
export { type CertificateRequest, createRequest, REQUEST_CHARS_MAX, readRequest } from "./request.ts";
export { CredentialStore, type Credentials, type StoredCredentials } from "./store/credential-store.ts";
export { ensureManagerPki, type ManagerPki, ManagerPkiDamaged, type ManagerPkiOptions } from "./store/manager-pki.ts";
export { nodeFiles, type StoreFiles } from "./store/store-files.ts";
export { type Distrust, type Verdict, type VerifyOptions, verifyCertificate } from "./verify.ts";
