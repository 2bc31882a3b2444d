/**
 * Something asked of this host did not succeed. `code` is what the Manager sees: vdsm's numbers
 * (vdsm fd4b0df lib/vdsm/common/exception.py).
 */
export abstract class AgentError extends Error {
  abstract readonly code: number;
}

/** No VM of this id is on this host. */
export class NoSuchVm extends AgentError {
  override readonly name = "NoSuchVm";
  override readonly code = 1;

  constructor(vmId: string) {
    super(`Virtual machine does not exist: {'vmId': '${vmId}'}`);
  }
}

/** A VM of this id is here already, perhaps Down and waiting to be destroyed. */
export class VmExists extends AgentError {
  override readonly name = "VmExists";
  override readonly code = 4;

  constructor(vmId: string) {
    super(`Virtual machine already exists: {'vmId': '${vmId}'}`);
  }
}

/** What was asked needs a running VM. */
export class VmIsDown extends AgentError {
  override readonly name = "VmIsDown";
  override readonly code = 6;

  constructor(vmId: string) {
    super(`Virtual machine is down: {'vmId': '${vmId}'}`);
  }
}

/** The definition of the VM cannot be used; nothing was started. */
export class CannotCreateVm extends AgentError {
  override readonly name = "CannotCreateVm";
  override readonly code = 9;
}

export class MissingParameter extends AgentError {
  override readonly name = "MissingParameter";
  override readonly code = 11;
}

export class CannotDestroyVm extends AgentError {
  override readonly name = "CannotDestroyVm";
  override readonly code = 42;
}

export class CannotResetVm extends AgentError {
  override readonly name = "CannotResetVm";
  override readonly code = 90;
}

/** There is no connection to libvirtd now. What runs goes on running; the question can be repeated. */
export class HypervisorAway extends AgentError {
  override readonly name = "HypervisorAway";
  override readonly code = 40;

  constructor(options?: ErrorOptions) {
    super("libvirtd does not answer on this host at the moment", options);
  }
}

/** libvirt refused what was asked of a running VM. */
export class CannotOperateVm extends AgentError {
  override readonly name = "CannotOperateVm";
  override readonly code = 100;
}

/** The verb is known, but not in this form. */
export class UnsupportedOnHost extends AgentError {
  override readonly name = "UnsupportedOnHost";
  override readonly code = 75;
}

/** The password of a console could not be set. */
export class CannotSetTicket extends AgentError {
  override readonly name = "CannotSetTicket";
  override readonly code = 18;
}
