/** Leases as they stand on the storage: written, read and asked for, whoever holds them. */
import { type Ask, type CallOptions, patience, type Question, requireDone } from "./ask.ts";
import { sanlockErrors } from "./error-codes.ts";
import type { Host } from "./lockspaces.ts";
import { CannotEncode } from "./wire/errors.ts";
import { StructReader } from "./wire/struct-reader.ts";
import {
  type DiskPlace,
  decodeHosts,
  decodeResource,
  encodeResource,
  encodeResourceName,
  type Geometry,
  geometryFlags,
  type HostRecord,
  type LeaseName,
  type LeasePlace,
  type ResourceRecord,
  readGeometry,
  resourceFlags,
  type StoredLease,
} from "./wire/structs.ts";

/** The largest sector. */
const VALUE_BYTES_MAX = 4096;
const clearFlag = 0x1;
const nextVersionFlag = 0x1;
const forces = { none: 0, force: 1, graceful: 2 } as const;

/** Writes a lease that nobody holds over whatever is there. @throws SanlockError */
export async function writeLease(
  ask: Ask,
  lease: LeasePlace,
  geometry: Geometry,
  options?: CallOptions,
): Promise<void> {
  const question: Question = {
    command: "writeResource",
    asked: `write the ${describe(lease)} to ${lease.path}`,
    timeoutMs: patience.storageMs,
    body: [encodeResource(lease, { flags: geometryFlags(geometry) })],
  };
  requireDone(question, await ask(question, options));
}

/** Takes a lease off the storage: whoever reads it finds none. @throws SanlockError */
export async function clearLease(
  ask: Ask,
  lease: LeasePlace,
  geometry: Geometry,
  options?: CallOptions,
): Promise<void> {
  const question: Question = {
    command: "writeResource",
    asked: `clear the ${describe(lease)} on ${lease.path}`,
    timeoutMs: patience.storageMs,
    fields: { flags: clearFlag },
    body: [encodeResource(lease, { flags: geometryFlags(geometry) })],
  };
  requireDone(question, await ask(question, options));
}

/** The lease at a place; `undefined` when there is none. @throws SanlockError */
export async function readLease(ask: Ask, place: DiskPlace, options?: CallOptions): Promise<StoredLease | undefined> {
  const question: Question = {
    command: "readResource",
    asked: `read a lease from ${place.path}`,
    timeoutMs: patience.storageMs,
    body: [encodeResource({ lockspace: "", name: "", ...place })],
  };
  const answer = await ask(question, options);
  if (answer.header.result === sanlockErrors.SANLK_LEADER_MAGIC) return undefined;
  const reader = new StructReader(requireDone(question, answer).body);
  const lease = toStoredLease(decodeResource(reader, false));
  reader.finish();
  return lease;
}

/** A host that the storage names as holder of a lease. Whether it still is: `findLivingOwners`. */
export type LeaseOwner = Pick<HostRecord, "hostId" | "generation">;

/** The lease with the hosts that the storage names as its holders. @throws SanlockError */
export async function readLeaseOwners(
  ask: Ask,
  lease: LeasePlace,
  options?: CallOptions,
): Promise<{ readonly lease: StoredLease; readonly owners: readonly LeaseOwner[] }> {
  const question: Question = {
    command: "readResourceOwners",
    asked: `read who holds the ${describe(lease)}`,
    timeoutMs: patience.storageMs,
    body: [encodeResource(lease)],
  };
  const { header, body } = requireDone(question, await ask(question, options));
  const reader = new StructReader(body);
  const stored = toStoredLease(decodeResource(reader, false));
  const owners = decodeHosts(reader, header.data2).map(({ hostId, generation }) => ({ hostId, generation }));
  return { lease: stored, owners };
}

/**
 * Those owners who would stand in the way of acquiring: hosts of that generation that are alive, or not known to be dead.
 * An owner whom the lockspace does not know, or who has joined again since, holds nothing any more.
 */
export function findLivingOwners(owners: readonly LeaseOwner[], hosts: readonly Host[]): LeaseOwner[] {
  return owners.filter((owner) => {
    const host = hosts.find(({ hostId }) => hostId === owner.hostId);
    return (
      host !== undefined &&
      host.generation === owner.generation &&
      (host.status === "live" || host.status === "failing" || host.status === "unknown")
    );
  });
}

export interface LeaseRequest extends LeasePlace {
  /** The version that the asking host means to have: the owner's plus one. "next": whichever that is. */
  readonly version: number | "next";
  /** What the owner's daemon does: note it, SIGKILL the holder, or run its kill path (else SIGTERM). */
  readonly force: keyof typeof forces;
}

/** Asks the owner of a lease, through the storage, to let go of it. That it was asked says nothing about the answer. @throws SanlockError */
export async function requestLease(ask: Ask, request: LeaseRequest, options?: CallOptions): Promise<void> {
  const isNext = request.version === "next";
  const question: Question = {
    command: "request",
    asked: `ask for the ${describe(request)}`,
    timeoutMs: patience.storageMs,
    fields: { flags: isNext ? nextVersionFlag : 0, data: forces[request.force] },
    body: [
      encodeResource(
        request,
        request.version === "next" ? {} : { flags: resourceFlags.version, version: request.version },
      ),
    ],
  };
  requireDone(question, await ask(question, options));
}

/** Changes the value that a lease carries, a sector at most. It is written when the lease is released, which must be held with its value. @throws SanlockError */
export async function setLeaseValue(
  ask: Ask,
  lease: LeaseName,
  value: Uint8Array,
  options?: CallOptions,
): Promise<void> {
  if (value.length === 0 || value.length > VALUE_BYTES_MAX) throw new CannotEncode(`a value of ${value.length} bytes`);
  const question: Question = {
    command: "setLvb",
    asked: `set the value of the ${describe(lease)}`,
    timeoutMs: patience.memoryMs,
    body: [encodeResourceName(lease), value],
  };
  requireDone(question, await ask(question, options));
}

/** The value as it was when the lease was acquired, or set since: one sector. @throws SanlockError */
export async function getLeaseValue(ask: Ask, lease: LeaseName, options?: CallOptions): Promise<Uint8Array> {
  const question: Question = {
    command: "getLvb",
    asked: `get the value of the ${describe(lease)}`,
    timeoutMs: patience.memoryMs,
    body: [encodeResourceName(lease)],
  };
  return requireDone(question, await ask(question, options)).body;
}

export function describe({ lockspace, name }: LeaseName): string {
  return `lease ${name} of ${lockspace}`;
}

function toStoredLease({ lockspace, name, version, flags }: ResourceRecord): StoredLease {
  const isShared = (flags & resourceFlags.shared) !== 0;
  return { lockspace, name, version, isShared, geometry: readGeometry(flags) };
}
