import type { Events } from "./events.ts";
import type { QemuCalls } from "./protocol/generated/qemu-calls.ts";
import type { RemoteCalls } from "./protocol/generated/remote-calls.ts";

/** A connection to one libvirt daemon, opened for one hypervisor. */
export interface Connection extends AsyncDisposable {
  /** What was opened: `qemu:///system`. */
  readonly uri: string;
  /** All procedures of libvirt's main program, under their own names in camelCase. */
  readonly remote: RemoteCalls;
  /** Those that only the QEMU driver has. */
  readonly qemu: QemuCalls;
  readonly events: Events;
  /** Resolves when the connection has ended: with `undefined` after `close`, else with the reason. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  /** Ends the connection in good order; calls under way get `ConnectionLost`. Safe to call twice. */
  close(): Promise<void>;
}
