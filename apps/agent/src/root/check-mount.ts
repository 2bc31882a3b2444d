import { dirname, isAbsolute, normalize } from "node:path";
import { RefusedRootCall } from "./refused-root-call.ts";
import type { MountRequest } from "./root-calls.ts";

/** Nobody on shared storage gets more rights by what lies there. */
export const forcedOptions = ["nosuid", "nodev", "noexec"] as const;

const SOURCE_BYTES_MAX = 4096;
const OPTIONS_MAX = 64;

const types = /^[a-z][a-z0-9_.-]{0,31}$/;
// A name, or a name and its value; neither can begin with a dash, or hide a second option behind a comma.
const option = /^[A-Za-z][A-Za-z0-9_.-]*(=[^,\s\p{Cc}\\]*)?$/u;
/** Options that would make something other than a mount of this source at this target, or undo what is forced. */
const refusedOptions = new Set(["remount", "move", "suid", "dev", "exec", "user", "users", "owner", "group", "helper"]);

/**
 * The arguments for `mount`.
 * @throws RefusedRootCall
 */
export function checkedMountArguments(request: MountRequest, mountsDirectory: string | undefined): string[] {
  const { source, type, options } = request;
  const target = checkedTarget(request.target, mountsDirectory);
  if (!types.test(type)) throw new RefusedRootCall(`not a type of file system: ${quoted(type)}`);
  checkSource(source, type);
  if (options.length > OPTIONS_MAX) throw new RefusedRootCall(`more than ${OPTIONS_MAX} mount options`);
  for (const one of options) checkOption(one);
  return ["-t", type, "-o", [...options, ...forcedOptions].join(","), "--", source, target];
}

/**
 * A target directly below the directory for mounts, and nothing else.
 * @throws RefusedRootCall
 */
export function checkedTarget(target: string, mountsDirectory: string | undefined): string {
  if (mountsDirectory === undefined) throw new RefusedRootCall("this process does not mount storage");
  const isPlain = isAbsolute(target) && normalize(target) === target && !/\/$|\p{Cc}/u.test(target);
  if (!isPlain || dirname(target) !== normalize(mountsDirectory)) {
    throw new RefusedRootCall(`not a place for storage: ${quoted(target)}`);
  }
  return target;
}

function checkSource(source: string, type: string): void {
  const isPlain = source !== "" && !source.startsWith("-") && !/\p{Cc}/u.test(source);
  const isExport = !/^nfs4?$/.test(type) || /^[^\s/]+:\/\S*$/.test(source);
  if (!isPlain || !isExport || Buffer.byteLength(source) > SOURCE_BYTES_MAX) {
    throw new RefusedRootCall(`not something of type ${type} to mount: ${quoted(source)}`);
  }
}

function checkOption(one: string): void {
  const name = one.split("=", 1)[0] ?? "";
  const isRefused = refusedOptions.has(name) || /^x-/i.test(name);
  if (!isRefused && option.test(one)) return;
  // Its value may be a secret, and this is told to whoever sees events.
  throw new RefusedRootCall(`not an option for a mount: ${quoted(name === one ? one : `${name}=…`)}`);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
