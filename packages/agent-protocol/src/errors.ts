/**
 * The connection ended, or the time was up, before the answer came. The verb may have been carried out, may still be
 * under way, or may never have arrived: look at the world before asking again.
 */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  readonly verb: string;

  constructor(verb: string, options?: ErrorOptions) {
    super(`no answer to ${verb}: its outcome is unknown`, options);
    this.verb = verb;
  }
}

/** The connection to an agent is closed: the call was never sent. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  readonly retryable = true;
}

/** The connection could not be made, or ended. The cause says why. */
export class ConnectionEnded extends Error {
  override readonly name = "ConnectionEnded";
}

/** An answer or event does not have the shape that the definition says. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}
