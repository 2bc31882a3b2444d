import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { hasLock } from "@yagura/storage-doctor";
import { decodeLeaseRecord } from "@yagura/storage-format";
import type { CrashPaths } from "./fixture.ts";
import { masterId, secondId } from "./ids.ts";

/** Whether some process has the right to be SPM, as the kernel or the storage says it: not as the agent believes. */
export function isSpmLocked({ isShared, storage: { one, two } }: Pick<CrashPaths, "isShared" | "storage">): boolean {
  // The master may be just moving.
  const control = [`${one}/${masterId}/dom_md`, `${two}/${secondId}/dom_md`];
  return control.some((path) => (isShared ? isLeaseHeld(`${path}/leases`) : isFlocked(`${path}/ids`)));
}

function isFlocked(path: string): boolean {
  const { dev, ino } = statSync(path);
  return hasLock(readFileSync("/proc/locks", "utf8"), `${dev}:${ino}`);
}

const SDM_OFFSET = 1024 * 1024;
/** The leader and the ballots of the first hosts. */
const LEASE_BYTES = 4096;

function isLeaseHeld(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(LEASE_BYTES);
    readSync(file, bytes, 0, LEASE_BYTES, SDM_OFFSET);
    return decodeLeaseRecord(bytes)?.isHeld === true;
  } finally {
    closeSync(file);
  }
}
