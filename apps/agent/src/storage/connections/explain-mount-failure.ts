import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { ProgramFailed } from "@yagura/std/run-program.ts";
import { RefusedRootCall } from "../../root/refused-root-call.ts";
import type { StorageErrorKind } from "../errors.ts";

/** Why something could not be mounted, for whoever gave the connection: what is wrong, and where to look. */
export interface MountFailure {
  readonly kind: StorageErrorKind;
  readonly because: string;
}

/** Of what a program says; it may quote a path. */
const SAID_CHARACTERS_MAX = 300;

// What `mount` (util-linux) and `mount.nfs` (nfs-utils) say in the C locale; the first that fits.
const sayings: readonly (readonly [RegExp, StorageErrorKind, string])[] = [
  [
    /access denied by server/i,
    "StorageServerAccessPermissionError",
    "the server refuses it to this host; look at its exports",
  ],
  [
    /reason given by server: no such file|special device .* does not exist/is,
    "StorageServerValidationError",
    "there is no such directory, export or device; look at the path",
  ],
  [/not a directory/i, "StorageServerValidationError", "it is not a directory; look at the path"],
  [
    /failed to resolve server|name or service not known/i,
    "StorageServerConnectionError",
    "this host cannot resolve the server's name; look at the name, and at the host's DNS",
  ],
  [
    /connection timed out/i,
    "StorageServerConnectionError",
    "the server does not answer; is it up, and the network to it?",
  ],
  [
    /connection refused|program not registered/i,
    "StorageServerConnectionError",
    "the server answers, but serves no files; is its NFS service running?",
  ],
  [
    /no route to host|network is (unreachable|down)|host is down/i,
    "StorageServerConnectionError",
    "this host does not reach the server; look at the network between them",
  ],
  [
    /unknown filesystem type|mount\.nfs\S*: no such device/i,
    "MountTypeError",
    "this host does not know such a file system; is its module or mount program installed?",
  ],
  [
    /you might need a .*helper program/is,
    "MountTypeError",
    "this host has no mount program for such a file system; install it",
  ],
  [
    /(version or transport )?protocol (is )?not supported/i,
    "MountError",
    "the server does not speak this version of NFS; choose another",
  ],
  [
    /is not a block device/i,
    "StorageServerValidationError",
    "it is not a block device, as this type of file system needs",
  ],
  [
    /incorrect mount option|bad mount option|unknown parameter|bad value for/i,
    "MountParsingError",
    "a mount option is wrong; look at the options of the connection",
  ],
  [
    /wrong fs type, bad option|can't read superblock/i,
    "MountError",
    "there is no file system of this type, or a mount option is wrong",
  ],
  [
    /rpc\.statd is not running/i,
    "MountError",
    "locking by NFS 3 needs rpc.statd on this host; start it, or choose NFS 4",
  ],
  [
    /permission denied|operation not permitted|must be superuser/i,
    "StorageServerAccessPermissionError",
    "this host may not mount it; look at the rights on the server, and of the agent",
  ],
];

/** @param cause why `RootCalls.mount` rejected */
export function explainMountFailure(cause: unknown): MountFailure {
  const refused = findCause(cause, RefusedRootCall);
  if (refused !== undefined) return { kind: "InvalidParameter", because: refused.message };
  if (findCause(cause, DeadlineExceeded) !== undefined) {
    return {
      kind: "StorageServerConnectionError",
      because: "the server does not answer; is it up, and the network to it?",
    };
  }
  const failed = findCause(cause, ProgramFailed);
  if (failed === undefined) return { kind: "MountError", because: shortened(describeError(cause)) };
  const found = sayings.find(([pattern]) => pattern.test(failed.stderr));
  const said = wordsOf(failed.stderr);
  if (found === undefined) return { kind: "MountError", because: said === "" ? "mount does not say why" : said };
  const [, kind, because] = found;
  return { kind, because: `${because} (${said})` };
}

/** Without what is of no use to somebody who is not at the host. */
function wordsOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !/^\s*dmesg\(1\)/.test(line));
  return shortened(lines.join("\n").trim());
}

function shortened(text: string): string {
  return oneLine(text).slice(0, SAID_CHARACTERS_MAX);
}

function findCause<T extends Error>(error: unknown, kind: new (...args: never[]) => T): T | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof kind) return at;
  return undefined;
}
