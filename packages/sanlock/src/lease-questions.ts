// What a registered process asks of the daemon about its own leases. Nothing here is sent.
import { patience, type Question } from "./ask.ts";
import { describe } from "./stored-leases.ts";
import { CannotEncode } from "./wire/errors.ts";
import { THIS_CONNECTION } from "./wire/header.ts";
import { StructWriter } from "./wire/struct-writer.ts";
import {
  encodeOwner,
  encodeResource,
  encodeResourceName,
  type LeaseName,
  type LeasePlace,
  resourceFlags,
} from "./wire/structs.ts";

/** The daemon reads no more in one request, and does not check it when it releases. */
export const LEASES_PER_CALL_MAX = 8;
const HELPER_TEXT_BYTES = 128;
const acquireFlags = { withValue: 0x1, ownerNoWait: 0x8 } as const;
const restrictions = { sigkill: 0x2, sigterm: 0x4 } as const;
const KILL_PATH_WITH_PID = 0x1;

export interface WantedLease extends LeasePlace {
  readonly isShared?: boolean;
  /** Only if the lease still has this version: nobody has held it since. */
  readonly version?: number;
}

export interface AcquireTerms {
  /** False: refuses at once where an owner's time has to run out first. True (the default): waits for that, for minutes. */
  readonly waitForDeadOwner?: boolean;
  /** Reads the lease's value as well, and lets it be set. */
  readonly withValue?: boolean;
}

/** A program for the daemon to run. */
export interface KillPath {
  readonly path: string;
  readonly args: string;
  /** Adds this process's id as the last argument. */
  readonly withPid?: boolean;
}

export const inquiry: Question = {
  command: "inquire",
  asked: "tell what this process holds",
  timeoutMs: patience.memoryMs,
  fields: { data2: THIS_CONNECTION },
};

/** @throws CannotEncode for none, or more than the daemon reads */
export function acquireQuestion(wanted: readonly WantedLease[], terms: AcquireTerms, processName: string): Question {
  const { waitForDeadOwner = true, withValue = false } = terms;
  if (wanted.length === 0 || wanted.length > LEASES_PER_CALL_MAX) {
    throw new CannotEncode(`to acquire ${wanted.length} leases at once`);
  }
  return {
    command: "acquire",
    asked: `acquire the ${wanted.map(describe).join(", ")}`,
    timeoutMs: patience.leaseMs,
    fields: {
      flags: (withValue ? acquireFlags.withValue : 0) | (waitForDeadOwner ? 0 : acquireFlags.ownerNoWait),
      data: wanted.length,
      data2: THIS_CONNECTION,
    },
    body: [...wanted.map(encodeWanted), encodeOwner(processName)],
  };
}

export function releaseQuestion(leases: readonly LeaseName[]): Question {
  return {
    command: "release",
    asked: `release the ${leases.map(describe).join(", ")}`,
    timeoutMs: patience.leaseMs,
    fields: { data: leases.length, data2: THIS_CONNECTION },
    body: leases.map(encodeResourceName),
  };
}

export function restrictQuestion(without: keyof typeof restrictions): Question {
  return {
    command: "restrict",
    asked: `not use ${without} on this process`,
    timeoutMs: patience.memoryMs,
    fields: { flags: restrictions[without], data2: THIS_CONNECTION },
  };
}

export function killPathQuestion({ path, args, withPid = false }: KillPath): Question {
  return {
    command: "killPath",
    asked: `run ${path} to stop this process`,
    timeoutMs: patience.memoryMs,
    fields: { flags: withPid ? KILL_PATH_WITH_PID : 0, data2: THIS_CONNECTION },
    body: [new StructWriter(2 * HELPER_TEXT_BYTES).text(path, HELPER_TEXT_BYTES).text(args, HELPER_TEXT_BYTES).bytes],
  };
}

function encodeWanted({ isShared = false, version, ...lease }: WantedLease): Uint8Array {
  const flags = (isShared ? resourceFlags.shared : 0) | (version === undefined ? 0 : resourceFlags.version);
  return encodeResource(lease, { flags, version });
}
