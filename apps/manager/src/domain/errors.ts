/** The nouns that a caller can name. */
export type Noun =
  | "data center"
  | "cluster"
  | "host"
  | "storage domain"
  | "storage connection"
  | "disk"
  | "disk attachment"
  | "file"
  | "template"
  | "vm"
  | "nic"
  | "host nic"
  | "numa node"
  | "network attachment"
  | "unmanaged network"
  | "network"
  | "vnic profile"
  | "mac pool"
  | "network filter"
  | "network filter parameter"
  | "network label"
  | "qos"
  | "cpu profile"
  | "disk profile"
  | "quota"
  | "quota limit"
  | "event"
  | "job"
  | "step"
  | "user"
  | "group"
  | "domain"
  | "user option"
  | "ssh public key"
  | "sso client"
  | "role"
  | "permission"
  | "image transfer"
  | "ticket"
  | "statistic"
  | "graphics console"
  | "operating system"
  | "cluster level"
  | "permit"
  | "application"
  | "bookmark"
  | "cdrom"
  | "session"
  | "watchdog"
  | "icon"
  | "instance type"
  | "option"
  | "affinity group"
  | "affinity label"
  | "tag";

/** There is no such object, or the caller may not see it: he cannot tell which. */
export class NotFound extends Error {
  override readonly name = "NotFound";
  readonly noun: Noun;
  readonly key: string;

  constructor(noun: Noun, key: string) {
    super(`there is no ${noun} ${key}`);
    this.noun = noun;
    this.key = key;
  }
}

/** The caller may see the object but not do this. */
export class NotAllowed extends Error {
  override readonly name = "NotAllowed";
  readonly permit: string;

  constructor(permit: string, what: string) {
    super(`the user is not allowed to ${what}`);
    this.permit = permit;
  }
}

/** `invalid`: the request can never work; `conflict`: not now, not in this state, or the name is taken; `unsupported`: not with us. */
export type RefusalKind = "invalid" | "conflict" | "unsupported";

/**
 * An operation was refused after looking at it; nothing was changed. The sentences are meant for the user: clients of
 * oVirt recognise some of them by their text ("Cannot run VM without at least one bootable disk."), so mind the wording.
 */
export class OperationRefused extends Error {
  override readonly name = "OperationRefused";
  readonly kind: RefusalKind;
  /** "Cannot run VM." */
  readonly attempt: string;
  readonly reasons: readonly string[];

  constructor(kind: RefusalKind, attempt: string, reasons: readonly string[]) {
    super(`${attempt} ${reasons.join(" ")}`);
    this.kind = kind;
    this.attempt = attempt;
    this.reasons = reasons;
  }
}

/** Refuses with `conflict` unless the list of reasons is empty. */
export function refuseIf(attempt: string, reasons: readonly string[], kind: RefusalKind = "conflict"): void {
  if (reasons.length > 0) throw new OperationRefused(kind, attempt, reasons);
}
