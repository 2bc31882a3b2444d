import { type Connection, ConnectionLost } from "@yagura/libvirt";
import { withDeadline } from "@yagura/std/deadline.ts";
import { HypervisorAway } from "../errors.ts";
import type { LibvirtLink, LinkPurpose } from "./libvirt-link.ts";

export const CALL_MS_MAX = 30_000;
/** The first start of a guest makes libvirt examine QEMU, which takes most of a minute under emulation. */
export const START_MS_MAX = 300_000;

export interface LibvirtCallOptions {
  readonly timeoutMs?: number;
  readonly purpose?: LinkPurpose;
}

/**
 * Carries out work on the connection of the moment, within a deadline.
 * @throws HypervisorAway, DeadlineExceeded (what became of it is unknown after both), or what libvirt says
 */
export type LibvirtCalls = <T>(
  what: string,
  work: (connection: Connection, options: { signal: AbortSignal }) => Promise<T>,
  options?: LibvirtCallOptions,
) => Promise<T>;

export function libvirtCalls(link: Pick<LibvirtLink, "get">): LibvirtCalls {
  return async (what, work, { timeoutMs = CALL_MS_MAX, purpose = "operations" } = {}) => {
    const connection = link.get(purpose);
    try {
      return await withDeadline(what, timeoutMs, (signal) => work(connection, { signal }));
    } catch (cause) {
      if (cause instanceof ConnectionLost) throw new HypervisorAway({ cause });
      throw cause;
    }
  };
}
