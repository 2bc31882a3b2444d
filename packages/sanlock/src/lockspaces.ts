/** Being a host of a lockspace, and seeing the others. */
import { type Ask, type CallOptions, patience, type Question, requireDone } from "./ask.ts";
import { kernelErrors, sanlockErrors } from "./error-codes.ts";
import { SanlockProtocolError } from "./wire/errors.ts";
import { StructReader } from "./wire/struct-reader.ts";
import {
  decodeHosts,
  decodeLockspace,
  encodeLockspace,
  encodeLockspaceName,
  type Geometry,
  geometryFlags,
  type HostRecord,
  type Lockspace,
  type LockspaceRecord,
} from "./wire/structs.ts";

const asyncFlag = 0x1;
const unusedFlag = 0x2;
const HOSTS_MAX = 2000;

export type JoinOutcome =
  | "joined"
  /** Asked for without waiting, or by somebody before us; whether it will succeed is not known. */
  | "joining"
  | "already-joined"
  /** This host is on its way out; ask again later. */
  | "leaving"
  /** Another host is alive under this id. */
  | "host-id-taken";

export interface JoinOptions extends CallOptions {
  /** Seconds; the host's whole clock follows from it. Absent: as the daemon was started with. */
  readonly ioTimeoutSeconds?: number;
  /** True (the default): until joined, which is some 3 io_timeouts, or minutes after an unclean end. */
  readonly wait?: boolean;
}

/** Makes this host a member of the lockspace under a host id. @throws SanlockError */
export async function addLockspace(ask: Ask, lockspace: Lockspace, options: JoinOptions = {}): Promise<JoinOutcome> {
  const { wait = true, ioTimeoutSeconds = 0, ...callOptions } = options;
  const question: Question = {
    command: "addLockspace",
    asked: `join the lockspace ${lockspace.name} as host ${lockspace.hostId}`,
    timeoutMs: wait ? patience.leaseMs : patience.memoryMs,
    fields: { flags: wait ? 0 : asyncFlag, data: ioTimeoutSeconds },
    body: [encodeLockspace(lockspace)],
  };
  const answer = await ask(question, callOptions);
  switch (answer.header.result) {
    case kernelErrors.EEXIST:
      return "already-joined";
    case kernelErrors.EINPROGRESS:
      return "joining";
    case kernelErrors.EAGAIN:
      return "leaving";
    case sanlockErrors.SANLK_HOSTID_BUSY:
      return "host-id-taken";
    default:
      requireDone(question, answer);
      return wait ? "joined" : "joining";
  }
}

export type LeaveOutcome = "left" | "leaving" | "not-joined" | "in-use";

export interface LeaveOptions extends CallOptions {
  /**
   * True: answers "in-use" when a process holds a lease of it. False: **the daemon kills such processes**, with SIGKILL,
   * this one too if it holds one.
   */
  readonly onlyIfUnused: boolean;
  readonly wait?: boolean;
}

/** Ends the membership, and frees the host id. @throws SanlockError */
export async function removeLockspace(ask: Ask, lockspace: Lockspace, options: LeaveOptions): Promise<LeaveOutcome> {
  const { wait = true, onlyIfUnused, ...callOptions } = options;
  const question: Question = {
    command: "removeLockspace",
    asked: `leave the lockspace ${lockspace.name}`,
    timeoutMs: wait ? patience.storageMs : patience.memoryMs,
    fields: { flags: (wait ? 0 : asyncFlag) | (onlyIfUnused ? unusedFlag : 0) },
    body: [encodeLockspace(lockspace)],
  };
  const answer = await ask(question, callOptions);
  switch (answer.header.result) {
    case kernelErrors.ENOENT:
      return "not-joined";
    case kernelErrors.EINPROGRESS:
      return "leaving";
    case kernelErrors.EBUSY:
      return "in-use";
    default:
      requireDone(question, answer);
      return wait ? "left" : "leaving";
  }
}

/** "changing": being joined or left at this moment. */
export type Membership = "joined" | "changing" | "not-joined";

/** Whether this host is a member, under exactly this id and place. @throws SanlockError */
export async function inquireLockspace(ask: Ask, lockspace: Lockspace, options?: CallOptions): Promise<Membership> {
  const question: Question = {
    command: "inquireLockspace",
    asked: `look for the lockspace ${lockspace.name}`,
    timeoutMs: patience.memoryMs,
    body: [encodeLockspace(lockspace)],
  };
  const answer = await ask(question, options);
  if (answer.header.result === kernelErrors.ENOENT) return "not-joined";
  if (answer.header.result === kernelErrors.EINPROGRESS) return "changing";
  requireDone(question, answer);
  return "joined";
}

/** All lockspaces that this host is a member of. @throws SanlockError */
export async function listLockspaces(ask: Ask, options?: CallOptions): Promise<LockspaceRecord[]> {
  const question: Question = {
    command: "getLockspaces",
    asked: "list its lockspaces",
    timeoutMs: patience.memoryMs,
  };
  const { header, body } = requireDone(question, await ask(question, options));
  const reader = new StructReader(body);
  const found: LockspaceRecord[] = [];
  while (reader.remaining > 0) found.push(decodeLockspace(reader));
  if (found.length !== header.data2) {
    throw new SanlockProtocolError(`${found.length} lockspaces, announced were ${header.data2}`);
  }
  return found;
}

/**
 * What this host's daemon thinks of a host. `unknown`: not watched for long enough to tell; `failing`: it should be
 * killing its processes; `dead`: its watchdog has fired, so it writes nothing any more; `free`: nobody has this id.
 */
export type HostStatus = (typeof hostStatuses)[number];
const hostStatuses = ["unknown", "free", "live", "failing", "dead"] as const;

export interface Host extends Omit<HostRecord, "flags"> {
  readonly status: HostStatus;
}

export type HostsAnswer =
  | { readonly known: true; readonly hosts: readonly Host[] }
  /** "not-read-yet": just after joining. */
  | { readonly known: false; readonly because: "not-joined" | "not-read-yet" };

/** All hosts that were ever seen in a lockspace, or the one asked for. @throws SanlockError */
export async function listHosts(
  ask: Ask,
  lockspace: string,
  { hostId = 0, ...options }: CallOptions & { readonly hostId?: number } = {},
): Promise<HostsAnswer> {
  const question: Question = {
    command: "getHosts",
    asked: `list the hosts of ${lockspace}`,
    timeoutMs: patience.memoryMs,
    body: [encodeLockspaceName(lockspace, hostId)],
  };
  const answer = await ask(question, options);
  if (answer.header.result === kernelErrors.ENOENT) return { known: false, because: "not-joined" };
  if (answer.header.result === kernelErrors.EAGAIN) return { known: false, because: "not-read-yet" };
  const { header, body } = requireDone(question, answer);
  if (header.data2 > HOSTS_MAX) throw new SanlockProtocolError(`${header.data2} hosts`);
  return { known: true, hosts: decodeHosts(new StructReader(body), header.data2).map(toHost) };
}

function toHost({ flags, ...record }: HostRecord): Host {
  const status = hostStatuses[(flags & 0xf) - 1];
  if (status === undefined) throw new SanlockProtocolError(`a host with the status ${flags}`);
  return { ...record, status };
}

/**
 * Writes an empty lockspace over whatever is there: no host must be using it.
 * @param options.ioTimeoutSeconds what is noted in it for hosts that join without saying
 * @throws SanlockError
 */
export async function writeLockspace(
  ask: Ask,
  lockspace: Omit<Lockspace, "hostId">,
  geometry: Geometry,
  { ioTimeoutSeconds = 0, ...options }: CallOptions & { readonly ioTimeoutSeconds?: number } = {},
): Promise<void> {
  const question: Question = {
    command: "writeLockspace",
    asked: `write the lockspace ${lockspace.name} to ${lockspace.path}`,
    timeoutMs: patience.storageMs,
    fields: { data2: ioTimeoutSeconds },
    body: [encodeLockspace({ ...lockspace, hostId: 0 }, geometryFlags(geometry))],
  };
  requireDone(question, await ask(question, options));
}

export interface StoredLockspace extends LockspaceRecord {
  readonly ioTimeoutSeconds: number;
}

/** What stands on the storage for one host id (1 if it is left out); `undefined` when there is no lockspace. @throws SanlockError */
export async function readLockspace(
  ask: Ask,
  place: { readonly path: string; readonly offsetBytes: number; readonly hostId?: number },
  options?: CallOptions,
): Promise<StoredLockspace | undefined> {
  const question: Question = {
    command: "readLockspace",
    asked: `read a lockspace from ${place.path}`,
    timeoutMs: patience.storageMs,
    body: [encodeLockspace({ name: "", hostId: place.hostId ?? 1, ...place })],
  };
  const answer = await ask(question, options);
  if (answer.header.result === sanlockErrors.SANLK_LEADER_MAGIC) return undefined;
  const { header, body } = requireDone(question, answer);
  const reader = new StructReader(body);
  const lockspace = decodeLockspace(reader);
  reader.finish();
  return { ...lockspace, ioTimeoutSeconds: header.data2 };
}
