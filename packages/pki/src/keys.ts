import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { BadPrivateKey } from "./errors.ts";

const generate = promisify(generateKeyPair);

/** Larger texts are not keys; reading them would only cost time. */
const PEM_CHARS_MAX = 16_384;

/** A new ECDSA P-256 key as PKCS #8 PEM. Why this kind: docs/decisions/0004-registration-tickets.md. */
export async function createKey(): Promise<string> {
  const { privateKey } = await generate("ec", { namedCurve: "prime256v1" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** @throws BadPrivateKey when the text is not an unencrypted private key in PEM. */
export function readPrivateKey(keyPem: string): KeyObject {
  if (keyPem.length > PEM_CHARS_MAX)
    throw new BadPrivateKey(`a private key of ${keyPem.length} characters is too long`);
  try {
    return createPrivateKey({ key: keyPem, format: "pem" });
  } catch (cause) {
    throw new BadPrivateKey("not a private key in PEM", { cause });
  }
}

/** SHA-256 of the public half, 64 hex digits: the name by which a key is remembered. @throws BadPrivateKey */
export function keyFingerprintOf(keyPem: string): string {
  return keyFingerprint(createPublicKey(readPrivateKey(keyPem)));
}

/** SHA-256 of the SubjectPublicKeyInfo, 64 hex digits in lower case. */
export function keyFingerprint(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/**
 * Says why we do not put our signature under this key, or nothing if we do. RSA is taken because `vdsm-tool` makes it; what is weak, and what is
 * so large that checking its signature would keep the process busy, is not.
 */
export function whyUnfit(publicKey: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = publicKey;
  if (type === "ec") {
    const { namedCurve = "of the key" } = details;
    return fitCurves.includes(namedCurve) ? undefined : `the curve ${namedCurve} is not one of P-256 and P-384`;
  }
  if (type === "rsa") {
    const { modulusLength: bits = 0 } = details;
    return bits >= 2048 && bits <= 4096 ? undefined : `an RSA key of ${bits} bits is not between 2048 and 4096`;
  }
  return `a key of type ${type ?? "unknown"} is neither ECDSA nor RSA`;
}

const fitCurves: readonly string[] = ["prime256v1", "secp384r1"];
