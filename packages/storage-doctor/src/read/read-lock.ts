import { readFile } from "node:fs/promises";
import type { FileFacts } from "../snapshot.ts";

/**
 * Whether a process of this machine has a lock on the whole of a file. Only looks: to try would be to hold it for a
 * moment, and an agent that wants it just then would be refused.
 * @returns `undefined` where the kernel cannot be asked
 */
export async function isFileLocked({ inode }: FileFacts): Promise<boolean | undefined> {
  const locks = await readFile("/proc/locks", "utf8").catch(() => undefined);
  return locks === undefined ? undefined : hasLock(locks, inode);
}

/** @param locks as the kernel lists them: `1: FLOCK ADVISORY WRITE 1234 fd:01:5678 0 EOF`, the device in hexadecimal */
export function hasLock(locks: string, inode: string): boolean {
  const [device = 0n, file] = inode.split(":").map((part) => BigInt(part));
  return locks.split("\n").some((line) => {
    const [, major, minor, number] = /^\d+: FLOCK .* ([0-9a-f]+):([0-9a-f]+):(\d+) \d+ EOF$/.exec(line) ?? [];
    if (major === undefined || minor === undefined || number === undefined) return false;
    return (
      BigInt(number) === file && majorOf(device) === parseInt(major, 16) && minorOf(device) === parseInt(minor, 16)
    );
  });
}

/** As glibc takes the number of a device apart. */
function majorOf(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn));
}

function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
