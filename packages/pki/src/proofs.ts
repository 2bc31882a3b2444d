// What a host signs with its own key when it speaks to the Manager; docs/protocols/registration.md draws it.

import { createHash, type KeyObject } from "node:crypto";
import { isStatementSigned, signStatement } from "./statement.ts";

export interface EnrolmentStatement {
  readonly hostId: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The certificate request as it is sent. */
  readonly csr: string;
  readonly ticket?: string | undefined;
}

export interface RenewalStatement {
  readonly hostId: string;
  /** The certificate request for the new key, as it is sent. */
  readonly csr: string;
}

/** Proof that whoever asks for admission has the key of the request, and means this very name and address. */
export function signEnrolment(statement: EnrolmentStatement, keyPem: string): string {
  return signStatement("yagura host-enrol 1", enrolmentFields(statement), keyPem);
}

export function isEnrolmentSigned(statement: EnrolmentStatement, publicKey: KeyObject, signature: string): boolean {
  return isStatementSigned("yagura host-enrol 1", enrolmentFields(statement), { publicKey, signature });
}

/** Made with the *old* key: the right to have the new one certified for the same host. */
export function signRenewal(statement: RenewalStatement, oldKeyPem: string): string {
  return signStatement("yagura host-renew 1", renewalFields(statement), oldKeyPem);
}

export function isRenewalSigned(statement: RenewalStatement, oldPublicKey: KeyObject, signature: string): boolean {
  return isStatementSigned("yagura host-renew 1", renewalFields(statement), { publicKey: oldPublicKey, signature });
}

function enrolmentFields({
  hostId,
  name,
  address,
  port,
  csr,
  ticket,
}: EnrolmentStatement): Record<string, string | number> {
  return { hostId, name, address, port, csr: sha256(csr), ticket: ticket === undefined ? "" : sha256(ticket) };
}

function renewalFields({ hostId, csr }: RenewalStatement): Record<string, string> {
  return { hostId, csr: sha256(csr) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
