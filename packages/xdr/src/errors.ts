/** Bytes that are not what the definition says: cut short, longer than allowed, or an impossible value. */
export class MalformedXdr extends Error {
  override readonly name = "MalformedXdr";
}

/**
 * A union carries a variant that this definition does not know, so where the value ends is unknown too. A newer peer
 * may send one; the rest of this message is lost, but the boundary of the message itself is not in doubt.
 */
export class UnknownVariant extends Error {
  override readonly name = "UnknownVariant";

  constructor(union: string, tag: number) {
    super(`${union} has no variant ${tag}`);
  }
}

/** A value of ours that does not fit its type on the wire. Nothing of it was sent. */
export class CannotEncode extends Error {
  override readonly name = "CannotEncode";
}
