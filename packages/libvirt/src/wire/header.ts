import { ProtocolError } from "../errors.ts";
import { packetStatuses, packetTypes } from "../protocol/generated/net-constants.ts";
import type { PacketHeader } from "../protocol/generated/net-types.ts";

export type { PacketHeader } from "../protocol/generated/net-types.ts";

/** The six words before each payload; `prog` and `proc` say what it is, `serial` which call it belongs to. */
export function headerOf(
  procedure: { readonly program: number; readonly version: number; readonly number: number },
  rest: { readonly type: number; readonly serial: number; readonly status: number },
): PacketHeader {
  return { prog: procedure.program, vers: procedure.version, proc: procedure.number, ...rest };
}

const TYPE_MAX = Math.max(...Object.values(packetTypes));
const STATUS_MAX = Math.max(...Object.values(packetStatuses));

/** @throws ProtocolError for a type or status that the protocol does not have. */
export function checkHeader({ type, status }: PacketHeader): void {
  if (type > TYPE_MAX) throw new ProtocolError(`a packet of the unknown type ${type}`);
  if (status > STATUS_MAX) throw new ProtocolError(`a packet with the unknown status ${status}`);
}
