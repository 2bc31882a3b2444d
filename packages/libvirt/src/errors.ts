import * as constants from "./protocol/generated/constants.ts";

export interface LibvirtErrorFields {
  readonly code: number;
  readonly domain: number;
  readonly level: number;
  readonly message: string;
  readonly procedure: string;
}

/** libvirt refused or failed a call. `code` and `domain` are its own numbers (`VIR_ERR_…`, `VIR_FROM_…`). */
export class LibvirtError extends Error {
  override readonly name = "LibvirtError";
  readonly code: number;
  readonly domain: number;
  readonly level: number;
  /** The procedure that failed, in libvirt's name for it: `domain_create`. */
  readonly procedure: string;

  constructor({ code, domain, level, message, procedure }: LibvirtErrorFields) {
    super(message);
    this.code = code;
    this.domain = domain;
    this.level = level;
    this.procedure = procedure;
  }

  /** `VIR_ERR_NO_DOMAIN`; for a number that this package does not know, the number. */
  get codeName(): string {
    return constants.errorCodeNames.get(this.code) ?? `error ${this.code}`;
  }
}

/** The connection is gone, by whatever way; the cause says which. What became of calls under way is unknown. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor(why: string, options?: ErrorOptions) {
    super(`the connection to libvirt is gone: ${why}`, options);
  }
}

/** The peer sent what no libvirt sends. The connection is closed: where the next packet begins is not to be guessed. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** No connection came about. */
export class CannotConnect extends Error {
  override readonly name = "CannotConnect";

  constructor(to: string, options: ErrorOptions) {
    super(`cannot connect to libvirt at ${to}`, options);
  }
}

/** The daemon wants a proof of identity that this client does not give. */
export class AuthenticationRefused extends Error {
  override readonly name = "AuthenticationRefused";
}

/** Too many calls wait for their turn: whoever calls faster than the daemon answers has to wait for answers. */
export class TooManyCalls extends Error {
  override readonly name = "TooManyCalls";
}

export function isLibvirtError(error: unknown, code?: number): error is LibvirtError {
  return error instanceof LibvirtError && (code === undefined || error.code === code);
}

export const isNoDomain = (error: unknown): boolean => isLibvirtError(error, constants.VIR_ERR_NO_DOMAIN);
export const isNoStoragePool = (error: unknown): boolean => isLibvirtError(error, constants.VIR_ERR_NO_STORAGE_POOL);
export const isNoStorageVol = (error: unknown): boolean => isLibvirtError(error, constants.VIR_ERR_NO_STORAGE_VOL);
export const isNoNetwork = (error: unknown): boolean => isLibvirtError(error, constants.VIR_ERR_NO_NETWORK);
export const isNoSupport = (error: unknown): boolean => isLibvirtError(error, constants.VIR_ERR_NO_SUPPORT);
export const isOperationInvalid = (error: unknown): boolean =>
  isLibvirtError(error, constants.VIR_ERR_OPERATION_INVALID);
export const isOperationTimeout = (error: unknown): boolean =>
  isLibvirtError(error, constants.VIR_ERR_OPERATION_TIMEOUT);
/** The guest agent is not configured, not connected, or does not answer. */
export const isAgentUnresponsive = (error: unknown): boolean =>
  isLibvirtError(error, constants.VIR_ERR_AGENT_UNRESPONSIVE);
