/** The daemon said something that its protocol does not have. Where the next message begins is unknown: the connection ends. */
export class SanlockProtocolError extends Error {
  override readonly name = "SanlockProtocolError";

  constructor(message: string) {
    super(`not understood from sanlock: ${message}`);
  }
}

/** A name, path or number that the daemon could not be told. Nothing was sent. */
export class CannotEncode extends Error {
  override readonly name = "CannotEncode";

  constructor(message: string) {
    super(`cannot tell sanlock: ${message}`);
  }
}
