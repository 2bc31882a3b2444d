import { readCertificate } from "./certificate.ts";

/**
 * The public key of a certificate as one line of OpenSSH's authorized_keys, as oVirt's `get-ssh-trust` answers it.
 * ECDSA P-256 (RFC 5656) or RSA (RFC 4253).
 * @throws BadCertificate; TypeError when the key is of another kind.
 */
export function openSshPublicKey(certificatePem: string, comment: string): string {
  const jwk = readCertificate(certificatePem).publicKey.export({ format: "jwk" });
  const number = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");
  if (jwk.kty === "EC" && jwk.crv === "P-256") {
    const type = "ecdsa-sha2-nistp256";
    const point = Buffer.concat([Buffer.from([4]), number(jwk.x), number(jwk.y)]);
    return line(type, [Buffer.from(type), Buffer.from("nistp256"), point], comment);
  }
  if (jwk.kty === "RSA") {
    const type = "ssh-rsa";
    return line(type, [Buffer.from(type), positive(number(jwk.e)), positive(number(jwk.n))], comment);
  }
  throw new TypeError(`no OpenSSH form for a key of type ${jwk.kty}`);
}

function line(type: string, parts: readonly Buffer[], comment: string): string {
  const blob = Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
  return `${type} ${blob.toString("base64")} ${comment.replace(/[^\x21-\x7e]/g, "-")}\n`;
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}

/** An mpint is signed: a leading one bit needs a zero byte before it. */
function positive(bytes: Buffer): Buffer {
  return ((bytes[0] ?? 0) & 0x80) === 0 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
}
