import { readFileSync, statSync } from "node:fs";
import { hasLock } from "@yagura/storage-doctor";
import { masterId, secondId } from "./ids.ts";

/** Whether some process has the lock of the local master, as the kernel says it: not as the agent believes. */
export function isSpmLocked({ one, two }: { readonly one: string; readonly two: string }): boolean {
  const locks = readFileSync("/proc/locks", "utf8");
  // The master may be just moving.
  return [`${one}/${masterId}`, `${two}/${secondId}`].some((domain) => {
    const { dev, ino } = statSync(`${domain}/dom_md/ids`);
    return hasLock(locks, `${dev}:${ino}`);
  });
}
