/**
 * The answer to `status`: a header whose length counts only itself, then records up to the end of the stream.
 *
 * ```
 *   0      4       8          12        16           24         72                  80
 *   | type | flags | data u32 | nothing | data u64   | name[48] | text length, 4 nothing | text "key=value key=value …\0"
 * ```
 *
 * A lockspace record is followed by the lockspace, a resource record by the resource with its disks.
 */
import { SanlockProtocolError } from "./errors.ts";
import { StructReader } from "./struct-reader.ts";
import { decodeLockspace, decodeResource, type LockspaceRecord, NAME_BYTES, type ResourceRecord } from "./structs.ts";

const TEXT_BYTES_MAX = 4096;
const recordTypes = { daemon: 1, client: 2, lockspace: 3, resource: 4 } as const;

/** What the daemon counts and remembers of a thing, by its own names for it. */
type Details = Readonly<Record<string, string>>;

export interface DaemonStatus {
  /** The name it was given, or made up, for this host. */
  readonly hostName: string;
  readonly details: Details;
  /** Processes with a connection, by the name each has. `pid` is -1 for the daemon's own. */
  readonly clients: readonly { readonly pid: number; readonly name: string; readonly details: Details }[];
  /** Those being joined and left included: `details.list` says "spaces", "add" or "rem". */
  readonly lockspaces: readonly (LockspaceRecord & { readonly details: Details })[];
  readonly leases: readonly (ResourceRecord & { readonly pid: number; readonly details: Details })[];
}

/** @throws SanlockProtocolError for records that are cut, or of a kind that `status` does not have */
export function decodeStatus(bytes: Uint8Array): DaemonStatus {
  const reader = new StructReader(bytes);
  let daemon: Pick<DaemonStatus, "hostName" | "details"> | undefined;
  const clients: DaemonStatus["clients"][number][] = [];
  const lockspaces: DaemonStatus["lockspaces"][number][] = [];
  const leases: DaemonStatus["leases"][number][] = [];
  while (reader.remaining > 0) {
    const { type, pid, name, details } = readRecord(reader);
    if (type === recordTypes.daemon) daemon = { hostName: name, details };
    else if (type === recordTypes.client) clients.push({ pid, name, details });
    else if (type === recordTypes.lockspace) lockspaces.push({ ...decodeLockspace(reader), details });
    else if (type === recordTypes.resource) leases.push({ ...decodeResource(reader, true), pid, details });
    else throw new SanlockProtocolError(`a status record of type ${type}`);
  }
  if (daemon === undefined) throw new SanlockProtocolError("a status without the daemon's own");
  return { ...daemon, clients, lockspaces, leases };
}

function readRecord(reader: StructReader): { type: number; pid: number; name: string; details: Details } {
  const type = reader.uint32();
  const pid = reader.skip(4).int32();
  const name = reader.skip(4 + 8).text(NAME_BYTES);
  const textBytes = reader.uint32();
  reader.skip(4);
  if (textBytes > TEXT_BYTES_MAX) throw new SanlockProtocolError(`${textBytes} bytes of text in a status record`);
  return { type, pid, name, details: parseDetails(reader.text(textBytes)) };
}

function parseDetails(text: string): Details {
  const pairs = text.split(" ").filter((word) => word.includes("="));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}
