import { readFileSync, statSync } from "node:fs";
import { hasLock } from "@yagura/storage-doctor";
import { masterId } from "./ids.ts";

/** Whether some process has the lock of the local master, as the kernel says it: not as the agent believes. */
export function isSpmLocked(storagePath: string): boolean {
  const { dev, ino } = statSync(`${storagePath}/${masterId}/dom_md/ids`);
  return hasLock(readFileSync("/proc/locks", "utf8"), `${dev}:${ino}`);
}
