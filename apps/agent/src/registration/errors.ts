/** The Manager will not have this host, and asking again will not change that. */
export class EnrolmentRefused extends Error {
  override readonly name = "EnrolmentRefused";
  readonly code: string;

  constructor(code: string, reason: string) {
    super(`the Manager refuses this host: ${reason}`);
    this.code = code;
  }
}

/** Nobody vouches for the Manager that answers. Nothing was sent to it. */
export class UntrustedManager extends Error {
  override readonly name = "UntrustedManager";
}

/** The Manager could not be asked, or its answer did not arrive whole. Whether it acted on the request is unknown. */
export class ManagerUnreachable extends Error {
  override readonly name = "ManagerUnreachable";
  readonly retryable = true;
}

/** Something answered that makes no sense as an answer of the Manager: a proxy, another program, a mistake. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
  readonly retryable = true;
}

/** The file with this host's identity cannot be read. It is not replaced: another id would be another host. */
export class HostIdDamaged extends Error {
  override readonly name = "HostIdDamaged";
}
