/** The Manager understood and said no. `reason` and `detail` are its own words, in the language asked for. */
export class RestFault extends Error {
  override readonly name = "RestFault";
  readonly status: number;
  readonly reason: string;
  readonly detail: string;

  constructor(attempt: string, fault: { readonly status: number; readonly reason: string; readonly detail: string }) {
    const words = [fault.reason, fault.detail].filter((text) => text !== "").join(": ");
    super(`${attempt}: ${words === "" ? `HTTP ${fault.status}` : words}`);
    this.status = fault.status;
    this.reason = fault.reason;
    this.detail = fault.detail;
  }
}

export function isNotFound(error: unknown): error is RestFault {
  return error instanceof RestFault && error.status === 404;
}

/** No answer came: wrong address, nothing listens, the certificate is not trusted, or the connection broke. */
export class CannotReachManager extends Error {
  override readonly name = "CannotReachManager";
}

/** The Manager does not know this user and password, or this token. */
export class CannotLogIn extends Error {
  override readonly name = "CannotLogIn";
}

/** What answered is not a Manager, or not one that we understand. */
export class StrangeAnswer extends Error {
  override readonly name = "StrangeAnswer";
}
