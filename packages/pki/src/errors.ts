/** The text or the bytes are not a certificate that we can read. */
export class BadCertificate extends Error {
  override readonly name = "BadCertificate";
}

/** The text is not a private key that we can use. */
export class BadPrivateKey extends Error {
  override readonly name = "BadPrivateKey";
}

/** The text is not a certificate request, is not signed by its own key, or its key is of a kind that we do not sign. */
export class BadCertificateRequest extends Error {
  override readonly name = "BadCertificateRequest";
}
