import { nameOfCode } from "./error-codes.ts";

/** The daemon answered that it could not. */
export class SanlockError extends Error {
  override readonly name = "SanlockError";
  /** Negative: one of `sanlockErrors`, or an errno. */
  readonly code: number;
  readonly codeName: string;

  constructor(asked: string, code: number) {
    const codeName = nameOfCode(code);
    super(`sanlock could not ${asked}: ${codeName}${codeName === `${code}` ? "" : ` (${code})`}`);
    this.code = code;
    this.codeName = codeName;
  }
}

/** No daemon listens at the socket, or we may not use it. Nothing was asked. */
export class CannotReachSanlock extends Error {
  override readonly name = "CannotReachSanlock";

  constructor(socketPath: string, options: ErrorOptions) {
    super(`cannot reach sanlock at ${socketPath}`, options);
  }
}

/** The connection ended before the answer came. Whether the daemon did what was asked is unknown. */
export class SanlockConnectionLost extends Error {
  override readonly name = "SanlockConnectionLost";

  constructor(options?: ErrorOptions) {
    super("the connection to sanlock was lost", options);
  }
}
