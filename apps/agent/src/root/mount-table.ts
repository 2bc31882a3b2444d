import { readFile } from "node:fs/promises";

/** One line of the kernel's table of mounts. */
export interface Mount {
  /** Where it is seen. */
  readonly target: string;
  /** What is mounted, as the file system calls it: `server:/export`, a device, a name. */
  readonly source: string;
  readonly type: string;
  readonly isReadOnly: boolean;
}

/**
 * What is mounted for this process, in order: of two at one target the later one is seen. Asks the kernel alone, so it
 * answers while a server does not.
 */
export async function readMounts(): Promise<readonly Mount[]> {
  return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
}

/** What is seen at a target, if it is a mount at all. */
export function findMount(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

/**
 *   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *                    ^target ^options  ^any number     ^type ^source ^of the file system
 * A space, tab, line break or backslash is written as a backslash and three octal digits. See proc(5).
 */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): Mount | undefined {
  const words = line.split(" ");
  // An optional field is `tag:value`, so the first dash by itself is the separator.
  const dash = words.indexOf("-", 6);
  const [target, options] = [words[4], words[5]];
  const [type, source, superOptions] = [words[dash + 1], words[dash + 2], words[dash + 3]];
  if (dash < 0 || target === undefined || options === undefined || type === undefined || source === undefined)
    return undefined;
  const isReadOnly = [options, superOptions ?? ""].some((list) => list.split(",").includes("ro"));
  return { target: unescapePath(target), source: unescapePath(source), type: unescapePath(type), isReadOnly };
}

function unescapePath(text: string): string {
  if (!text.includes("\\")) return text;
  // By bytes: a name that is not ASCII may be written as several escapes.
  const bytes = Buffer.from(text, "utf8");
  const unescaped: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const octal = /^\\([0-7]{3})/.exec(bytes.toString("latin1", at, at + 4))?.[1];
    unescaped.push(octal === undefined ? (bytes[at] ?? 0) : Number.parseInt(octal, 8) & 0xff);
    if (octal !== undefined) at += 3;
  }
  return Buffer.from(unescaped).toString("utf8");
}
